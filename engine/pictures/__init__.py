"""What painting is made of, around the pipelines of diffusers."""
