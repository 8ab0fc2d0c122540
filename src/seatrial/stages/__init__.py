"""The stages, one file each: typed result in, typed result out."""
