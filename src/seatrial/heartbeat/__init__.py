"""Whether the nightly release still runs, asked of GitHub by its command line `gh`, or of Azure DevOps."""
