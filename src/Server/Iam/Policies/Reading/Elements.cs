namespace Postern.Server.Iam.Policies.Reading;

/// <summary>What all elements of a policy have in common: exact names, strings, and lists that may be one string.</summary>
internal static class Elements
{
    /// <summary>The members by name.</summary>
    /// <exception cref="PolicyException">One that the language does not know.</exception>
    public static Dictionary<string, JsonElementAt> Of(JsonElementAt element, string[] known, string what)
    {
        var result = new Dictionary<string, JsonElementAt>(StringComparer.Ordinal);
        foreach (var member in element.Members)
        {
            if (!known.Contains(member.Name))
                throw member.Fault(known.FirstOrDefault(name => name.Equals(member.Name, StringComparison.OrdinalIgnoreCase)) is { } meant
                    ? $"{what} has no element {JsonTree.Shown(member.Name)}; write {meant}"
                    : $"{what} has no element {JsonTree.Shown(member.Name)}; it has {string.Join(", ", known)}");
            result.Add(member.Name, member.Value);
        }
        return result;
    }

    public static string Text(JsonElementAt element)
        => element.Shape == JsonShape.String ? element.Text : throw element.Fault($"a string is needed here, not {element.Described}");

    /// <summary>A string, or a list of at least one.</summary>
    public static List<JsonElementAt> Texts(JsonElementAt element, string what)
    {
        var items = element.Shape == JsonShape.List ? element.Items : [element];
        if (items.Count == 0)
            throw element.Fault($"the list is empty; the statement must contain {what}");
        if (items.Count > PolicyLimits.ListItems)
            throw element.Fault($"the list has {items.Count} items, the most allowed is {PolicyLimits.ListItems}");
        foreach (var item in items)
            if (item.Shape != JsonShape.String)
                throw item.Fault($"a string is needed here, not {item.Described}");
        return items;
    }
}
