"""Where creators' files are read and what is made of them is put."""
