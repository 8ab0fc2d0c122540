package main

import (
	"flag"
	"os"

	"github.com/coredns/coredns/coremain"

	// Only what kind's Corefile names.
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

// resolverFlags are the ones CoreDNS declares for the whole process when it is linked in.
var resolverFlags = map[string]bool{
	"conf": true, "dns.port": true, "p": true, "pidfile": true, "plugins": true, "quiet": true, "version": true,
}

func runResolver() int {
	coremain.Run()
	return 0
}

// hideResolverFlags keeps CoreDNS's flags out of the other programs, which offer every flag of the process
// as their own and clash on -p.
func hideResolverFlags() {
	others := flag.NewFlagSet(os.Args[0], flag.ExitOnError)
	flag.VisitAll(func(f *flag.Flag) {
		if !resolverFlags[f.Name] {
			others.Var(f.Value, f.Name, f.Usage)
		}
	})
	flag.CommandLine = others
}
