using Postern.Server.Storage;

namespace Postern.Server.Nodes;

/// <summary>Which nodes are asked for: all conditions must hold, each with any of its values.</summary>
internal sealed class NodeQuery
{
    private static readonly Dictionary<string, string> ColumnByKey = new(StringComparer.Ordinal)
    {
        ["InstanceIds"] = "id",
        ["AgentVersion"] = "agent_version",
        ["PlatformTypes"] = "platform_type",
        ["ActivationIds"] = "activation_id",
        ["IamRole"] = "iam_role",
    };

    public SqlConditions Conditions { get; } = new SqlConditions().And("state = 'Registered'");

    /// <summary>False when the key is not one the table can answer.</summary>
    public bool TryWhere(string key, IReadOnlyList<string> values)
    {
        if (!ColumnByKey.TryGetValue(key, out var column)) return false;
        Conditions.In(column, values);
        return true;
    }

    public void WhereTag(string tagKey, IReadOnlyList<string> values)
        => WhereTagged($"tag_key = {Conditions.Value(tagKey)} AND tag_value IN {Conditions.List(values)}");

    public void WhereTagKey(IReadOnlyList<string> keys) => WhereTagged($"tag_key IN {Conditions.List(keys)}");

    private void WhereTagged(string condition)
        => Conditions.And($"id IN (SELECT resource_id FROM resource_tags WHERE resource_type = '{TagStore.ManagedInstance}' AND {condition})");
}
