using System.Data.Common;
using System.Text.Json;
using Postern.Protocol.AwsJson;
using Postern.Server.Storage;

namespace Postern.Server.Events.Rules;

/// <summary>Rules and their targets. Each change is counted, so that gateways see that they have to read them again.</summary>
internal sealed class RuleStore(Database database)
{
    /// <summary>As AWS's quotas for an event bus and a rule.</summary>
    public const int MaxRules = 300, MaxTargets = 5;
    public const string Changes = "rules";

    private readonly List<Action> _observers = [];

    /// <summary>Called after this gateway changed something; before it starts, and never waits.</summary>
    public void Observe(Action changed) => _observers.Add(changed);

    /// <returns>Whether the rule is new.</returns>
    /// <exception cref="AwsErrorException">LimitExceededException.</exception>
    public Task<bool> PutAsync(RuleRow rule, CancellationToken cancellationToken) => ChangeAsync(async connection =>
    {
        var changed = await connection.ExecuteAsync(
            "UPDATE event_rules SET pattern = @Pattern, state = @State, description = @Description, role_arn = @RoleArn WHERE name = @Name", SqlParameters.Of(rule), cancellationToken);
        if (changed > 0)
            return false;
        if (await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM event_rules", null, cancellationToken) >= MaxRules)
            throw new AwsErrorException("LimitExceededException", $"The event bus default has {MaxRules} rules already, which is the most it can have. Delete one first.");
        await connection.ExecuteAsync(
            $"INSERT INTO event_rules ({RuleRow.Columns}) VALUES (@Name, @Pattern, @State, @Description, @RoleArn)", SqlParameters.Of(rule), cancellationToken);
        return true;
    }, cancellationToken);

    public async Task<RuleRow?> FindAsync(string name, CancellationToken cancellationToken)
        => await database.QuerySingleOrDefaultAsync<RuleRow>($"SELECT {RuleRow.Columns} FROM event_rules WHERE name = @name", SqlParameters.Of(new { name }), cancellationToken);

    public async Task<IReadOnlyList<RuleRow>> PageAsync(string prefix, string after, int limit, CancellationToken cancellationToken)
        => await database.QueryAsync<RuleRow>(
            $"SELECT {RuleRow.Columns} FROM event_rules WHERE name > @after AND substr(name, 1, @length) = @prefix ORDER BY name LIMIT @limit",
            SqlParameters.Of(new { prefix, length = prefix.Length, after, limit }), cancellationToken);

    /// <summary>False: no such rule.</summary>
    public Task<bool> SetStateAsync(string name, string state, CancellationToken cancellationToken) => ChangeAsync(async connection =>
        await connection.ExecuteAsync("UPDATE event_rules SET state = @state WHERE name = @name", SqlParameters.Of(new { name, state }), cancellationToken) > 0, cancellationToken);

    /// <exception cref="AwsErrorException">ValidationException: it has targets.</exception>
    public Task<bool> DeleteAsync(string name, string tagType, CancellationToken cancellationToken) => ChangeAsync(async connection =>
    {
        if (await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM event_targets WHERE rule_name = @name", SqlParameters.Of(new { name }), cancellationToken) > 0)
            throw new AwsErrorException("ValidationException", "Rule can't be deleted since it has targets.");
        await connection.ExecuteAsync("DELETE FROM resource_tags WHERE resource_type = @tagType AND resource_id = @name", SqlParameters.Of(new { tagType, name }), cancellationToken);
        return await connection.ExecuteAsync("DELETE FROM event_rules WHERE name = @name", SqlParameters.Of(new { name }), cancellationToken) > 0;
    }, cancellationToken);

    /// <summary>Adds targets, or replaces those that have the same id: they keep their place, and what waits for them. All or none.</summary>
    /// <exception cref="AwsErrorException">ResourceNotFoundException: no such rule. LimitExceededException: too many.</exception>
    public Task<bool> PutTargetsAsync(string rule, IReadOnlyList<EventTarget> targets, CancellationToken cancellationToken) => ChangeAsync(async connection =>
    {
        await HoldAsync(connection, rule, cancellationToken);
        foreach (var target in targets)
        {
            await connection.ExecuteAsync(
                $"""
                INSERT INTO event_targets ({TargetRow.Columns}) VALUES (@rule, @Id, @lane, @Arn, @text)
                ON CONFLICT (rule_name, target_id) DO UPDATE SET arn = excluded.arn, target = excluded.target
                """,
                SqlParameters.Of(new { rule, target.Id, lane = Guid.NewGuid().ToString("N"), target.Arn, text = JsonSerializer.Serialize(target, EventTargetJson.Shape) }), cancellationToken);
        }
        if (await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM event_targets WHERE rule_name = @rule", SqlParameters.Of(new { rule }), cancellationToken) > MaxTargets)
            throw new AwsErrorException("LimitExceededException", $"A rule has at most {MaxTargets} targets. None was added to {rule}.");
        return true;
    }, cancellationToken);

    /// <summary>Removes targets and what still waits for them. Returns the ids that were not there.</summary>
    /// <exception cref="AwsErrorException">ResourceNotFoundException: no such rule.</exception>
    public Task<IReadOnlyList<string>> RemoveTargetsAsync(string rule, IReadOnlyList<string> ids, CancellationToken cancellationToken) => ChangeAsync<IReadOnlyList<string>>(async connection =>
    {
        await HoldAsync(connection, rule, cancellationToken);
        var missing = new List<string>();
        foreach (var id in ids)
        {
            await connection.ExecuteAsync(
                "DELETE FROM event_deliveries WHERE lane IN (SELECT lane FROM event_targets WHERE rule_name = @rule AND target_id = @id)", SqlParameters.Of(new { rule, id }), cancellationToken);
            if (await connection.ExecuteAsync("DELETE FROM event_targets WHERE rule_name = @rule AND target_id = @id", SqlParameters.Of(new { rule, id }), cancellationToken) == 0)
                missing.Add(id);
        }
        return missing;
    }, cancellationToken);

    public async Task<IReadOnlyList<TargetRow>> TargetsAsync(string rule, CancellationToken cancellationToken)
        => await database.QueryAsync<TargetRow>($"SELECT {TargetRow.Columns} FROM event_targets WHERE rule_name = @rule ORDER BY target_id", SqlParameters.Of(new { rule }), cancellationToken);

    public async Task<IReadOnlyList<string>> RuleNamesAsync(string targetArn, string after, int limit, CancellationToken cancellationToken)
        => await database.QueryAsync<string>("SELECT DISTINCT rule_name FROM event_targets WHERE arn = @targetArn AND rule_name > @after ORDER BY rule_name LIMIT @limit",
            SqlParameters.Of(new { targetArn, after, limit }), cancellationToken);

    public async Task<bool> IsTargetAsync(string arn, CancellationToken cancellationToken) => (await RuleNamesAsync(arn, "", 1, cancellationToken)).Count > 0;

    /// <summary>All rules and targets, and the number of changes they are the outcome of.</summary>
    public async Task<(long Version, IReadOnlyList<RuleRow> Rules, IReadOnlyList<TargetRow> Targets)> ReadAsync(CancellationToken cancellationToken)
    {
        // The number first: what is changed while they are read is read again.
        var version = (await database.QueryAsync<long>("SELECT position FROM event_marks WHERE name = @Changes", SqlParameters.Of(new { Changes }), cancellationToken))[0];
        return (version, await database.QueryAsync<RuleRow>($"SELECT {RuleRow.Columns} FROM event_rules", null, cancellationToken),
            await database.QueryAsync<TargetRow>($"SELECT {TargetRow.Columns} FROM event_targets", null, cancellationToken));
    }

    private static async Task HoldAsync(DbConnection connection, string rule, CancellationToken cancellationToken)
    {
        if (await connection.ExecuteAsync("UPDATE event_rules SET state = state WHERE name = @rule", SqlParameters.Of(new { rule }), cancellationToken) == 0)
            throw RuleErrors.Unknown(rule);
    }

    private async Task<T> ChangeAsync<T>(Func<DbConnection, Task<T>> change, CancellationToken cancellationToken)
    {
        var result = await database.WriteAsync(async connection =>
        {
            await connection.ExecuteAsync("UPDATE event_marks SET position = position + 1 WHERE name = @Changes", SqlParameters.Of(new { Changes }), cancellationToken);
            return await change(connection);
        }, cancellationToken);
        foreach (var observer in _observers)
            observer();
        return result;
    }
}

internal static class RuleErrors
{
    public static AwsErrorException Unknown(string rule) => new("ResourceNotFoundException", $"Rule {rule} does not exist on EventBus default.");
}
