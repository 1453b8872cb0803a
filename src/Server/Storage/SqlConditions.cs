
namespace Postern.Server.Storage;

/// <summary>
/// Builds a WHERE clause whose values are always parameters. Lists become one parameter a value: the two databases agree on
/// no other way to pass one.
/// </summary>
internal sealed class SqlConditions
{
    private readonly SqlParameters _parameters = new();
    private readonly List<string> _conditions = [];
    private int _count;

    /// <summary>All conditions joined by AND; true when there are none.</summary>
    public string Sql => _conditions.Count == 0 ? "1 = 1" : string.Join(" AND ", _conditions);

    public SqlParameters Parameters => new(_parameters);

    /// <summary>Adds a condition. Its values are written as <see cref="Value"/> and <see cref="List"/>.</summary>
    public SqlConditions And(string condition)
    {
        _conditions.Add(condition);
        return this;
    }

    public SqlConditions In(string column, IEnumerable<string> values) => And($"{column} IN {List(values)}");

    /// <summary>The name of a new parameter, with its @.</summary>
    public string Value(object value)
    {
        var name = "p" + _count++;
        _parameters.Add(name, value);
        return "@" + name;
    }

    /// <summary>A list in brackets for IN; an empty one matches nothing.</summary>
    public string List(IEnumerable<string> values)
    {
        var list = string.Join(", ", values.Select(Value));
        return list.Length == 0 ? "(NULL)" : $"({list})";
    }
}
