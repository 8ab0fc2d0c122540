package main

import (
	"flag"
	"os"

	"github.com/coredns/coredns/coremain"

	// Only the plugins in kind's Corefile.
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/forward"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/loadbalance"
	_ "github.com/coredns/coredns/plugin/loop"
	_ "github.com/coredns/coredns/plugin/metrics"
	_ "github.com/coredns/coredns/plugin/ready"
	_ "github.com/coredns/coredns/plugin/reload"
)

// resolverFlags are the flags that CoreDNS registers in flag.CommandLine when its package is imported.
var resolverFlags = map[string]bool{
	"conf": true, "dns.port": true, "p": true, "pidfile": true, "plugins": true, "quiet": true, "version": true,
}

func runResolver() int {
	coremain.Run()
	return 0
}

// hideResolverFlags removes CoreDNS's flags from flag.CommandLine. The other programs add every flag in it to
// their own, and -p would then be defined twice.
func hideResolverFlags() {
	others := flag.NewFlagSet(os.Args[0], flag.ExitOnError)
	flag.VisitAll(func(f *flag.Flag) {
		if !resolverFlags[f.Name] {
			others.Var(f.Value, f.Name, f.Usage)
		}
	})
	flag.CommandLine = others
}
