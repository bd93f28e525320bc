"""Migration files of the ClickHouse tables; `surveyor_schemas.migrations` reads them."""
