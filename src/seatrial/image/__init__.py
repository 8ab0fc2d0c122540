"""The image: build context, build, secret scan, labels, registry."""
