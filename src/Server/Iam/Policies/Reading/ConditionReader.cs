using Postern.Server.Iam.Policies.Conditions;

namespace Postern.Server.Iam.Policies.Reading;

/// <summary>Reads the Condition of a statement: operators, in them keys, in them values.</summary>
internal static class ConditionReader
{
    private const int KeyLength = 512;

    /// <summary>Keys of ours are few, so that one that is none is a mistake; AWS adds keys all the time.</summary>
    private const string OwnPrefix = "postern:";

    public static List<Condition> Read(JsonElementAt element, Effect effect, bool variables)
    {
        var result = new List<Condition>();
        var operators = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in Members(element, "Condition is an object of operators"))
        {
            var op = ConditionOperator.Find(member.Name) ?? throw member.Fault(Unknown(member.Name));
            if (!operators.Add(op.ToString()))
                throw member.Fault($"{op} stands here twice, in different case");
            var keys = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            foreach (var (name, values) in Members(member.Value, $"{op} has an object of condition keys").Select(key => (key, key.Value)))
            {
                CheckKey(name);
                if (!keys.Add(name.Name))
                    throw name.Fault($"the condition key {JsonTree.Shown(name.Name)} stands here twice, in different case");
                var items = Values(values);
                result.Add(new Condition(op, name.Name, [.. items.Select(item => item.Text)], ConditionValueReader.Read(op, items, variables), effect));
            }
        }
        return result;
    }

    private static List<JsonMember> Members(JsonElementAt element, string wanted)
        => element.Shape != JsonShape.Object ? throw element.Fault($"{wanted}, not {element.Described}")
            : element.Members.Count > PolicyLimits.Conditions ? throw element.Fault($"there are {element.Members.Count} members here, the most allowed is {PolicyLimits.Conditions}")
            : element.Members;

    private static string Unknown(string name)
    {
        if (name.Contains("Null", StringComparison.OrdinalIgnoreCase))
            return "Null takes no qualifier and no IfExists: it asks itself whether the key is there";
        return $"\"{JsonTree.Shown(name)}\" is no condition operator; there are {string.Join(", ", ConditionOperator.Names)}, each but Null also with ForAllValues: or ForAnyValue: before it and IfExists behind it";
    }

    private static void CheckKey(JsonMember key)
    {
        var name = key.Name;
        if (name.IndexOf(':') <= 0 || name.EndsWith(':') || name.Length > KeyLength || name.Any(char.IsControl))
            throw key.Fault($"a condition key is a prefix and a name, such as aws:SourceIp, not \"{JsonTree.Shown(name)}\"");
        if (name.AsSpan().IndexOfAny("*?${}") >= 0)
            throw key.Fault($"a condition key has no wildcards and no variables: \"{JsonTree.Shown(name)}\"");
        if (name.EndsWith('/'))
            throw key.Fault($"{JsonTree.Shown(name)} needs the name of a tag behind the slash");
        if (name.StartsWith(OwnPrefix, StringComparison.OrdinalIgnoreCase) && !ConditionKeys.IsKnown(name))
            throw key.Fault($"{JsonTree.Shown(name)} is no condition key; there are {string.Join(", ", ConditionKeys.Own)}");
    }

    private static List<JsonElementAt> Values(JsonElementAt element)
    {
        var items = element.Shape == JsonShape.List ? element.Items : [element];
        if (items.Count > PolicyLimits.ListItems)
            throw element.Fault($"the list has {items.Count} values, the most allowed is {PolicyLimits.ListItems}");
        foreach (var item in items)
            if (item.Shape is not (JsonShape.String or JsonShape.Number or JsonShape.Boolean))
                throw item.Fault($"a value is a string, number or Boolean, not {item.Described}");
        return items;
    }
}
