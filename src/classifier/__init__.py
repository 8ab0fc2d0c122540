"""The web app inside the image: photos in, labels out."""
