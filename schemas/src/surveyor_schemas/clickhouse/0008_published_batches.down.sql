{{drop published_batches}};
