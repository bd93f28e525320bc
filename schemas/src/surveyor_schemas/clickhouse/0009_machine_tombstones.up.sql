-- Which removed machines were taken off the topic `machines`, so that it happens once, however long nobody ran.
CREATE TABLE {{local machine_tombstones}} {{on_cluster}}
(
    machine_id    UUID,
    tombstoned_at DateTime64(6, 'UTC')
)
ENGINE = {{engine ReplacingMergeTree(tombstoned_at)}}
ORDER BY machine_id;

{{distributed machine_tombstones by machine_id}};
