"""The pictures under `docs/images/`, taken of the real thing: `python -m infra.local.pictures [NAME …]`.

Each module of `infra.local.pictures.subjects` is one picture, named after it. It has a function
`take(camera, target)` that shows its subject to the camera.
"""
