create table if not exists branch_node_silent (
  node_id @id primary key references branch_node (id),
  -- when it was last heard
  since @int not null,
  told_at @int not null
) @strict;
