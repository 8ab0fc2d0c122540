"""The Open Inference Protocol, version 2, over REST: metadata, health and inference.

Source: `specification/protocol/inference_rest.md` of kserve/open-inference-protocol, and the extensions
`binary_tensor_data` and `classification` of the Triton Inference Server.
"""
