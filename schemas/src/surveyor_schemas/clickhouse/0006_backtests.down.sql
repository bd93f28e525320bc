ALTER TABLE {{all assessment_results}} {{on_cluster}}
    DROP COLUMN IF EXISTS rightsizing,
    DROP COLUMN IF EXISTS monthly_savings,
    DROP COLUMN IF EXISTS backtest_percent_above;

ALTER TABLE {{local assessment_results}} {{on_cluster}}
    DROP COLUMN IF EXISTS rightsizing,
    DROP COLUMN IF EXISTS monthly_savings,
    DROP COLUMN IF EXISTS backtest_percent_above;

{{drop assessment_backtests}};
{{drop assessment_backtest_checks}};
