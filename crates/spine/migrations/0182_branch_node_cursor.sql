create table if not exists branch_node_cursor (
  node_id @id primary key references branch_node (id),
  -- behind which place it has asked for changes last
  place text not null
) @strict;
