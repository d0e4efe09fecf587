"""Servers on loopback that imitate the Messages API and lack much of it, as Ollama, llama.cpp and vLLM do. Never a real one."""
