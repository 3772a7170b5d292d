"""ImageBot's training: drawn shapes with captions, and the small Stable Diffusion pipeline that learns them."""
