create index if not exists external_ref_entity on external_ref (entity_id);
