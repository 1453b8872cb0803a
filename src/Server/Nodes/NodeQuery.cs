using System.Text;
using Dapper;

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

    private readonly StringBuilder _sql = new();
    private readonly DynamicParameters _parameters = new();
    private int _count;

    /// <summary>False when the key is not one the table can answer.</summary>
    public bool TryWhere(string key, IReadOnlyList<string> values)
    {
        if (!ColumnByKey.TryGetValue(key, out var column)) return false;
        Add(n => $" AND {column} IN @values{n}", values);
        return true;
    }

    public void WhereTag(string tagKey, IReadOnlyList<string> values)
    {
        _parameters.Add("key" + _count, tagKey);
        Add(n => $" AND id IN (SELECT resource_id FROM resource_tags WHERE resource_type = '{TagStore.ManagedInstance}' AND tag_key = @key{n} AND tag_value IN @values{n})", values);
    }

    public void WhereTagKey(IReadOnlyList<string> keys)
        => Add(n => $" AND id IN (SELECT resource_id FROM resource_tags WHERE resource_type = '{TagStore.ManagedInstance}' AND tag_key IN @values{n})", keys);

    /// <summary>SQL that begins with AND (or nothing), and its parameters.</summary>
    public (string Condition, DynamicParameters Parameters) ToSql()
    {
        var parameters = new DynamicParameters(_parameters);
        return (_sql.ToString(), parameters);
    }

    private void Add(Func<int, string> condition, IReadOnlyList<string> values)
    {
        _sql.Append(condition(_count));
        _parameters.Add("values" + _count, values);
        _count++;
    }
}
