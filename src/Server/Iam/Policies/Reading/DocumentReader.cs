namespace Postern.Server.Iam.Policies.Reading;

/// <summary>Reads a policy document: Version, Id and its statements.</summary>
internal static class DocumentReader
{
    private static readonly string[] Known = ["Version", "Id", "Statement"];

    /// <exception cref="PolicyException">The document is not as the language defines it.</exception>
    public static PolicyDocument Read(string json, PolicyUse use)
    {
        var root = JsonTree.Read(json);
        if (root.Shape != JsonShape.Object)
            throw root.Fault($"a policy is an object with Version and Statement, not {root.Described}");
        var members = Elements.Of(root, Known, "a policy");
        var version = members.TryGetValue("Version", out var written) ? Elements.Text(written) : PolicyDocument.FirstVersion;
        if (version is not (PolicyDocument.CurrentVersion or PolicyDocument.FirstVersion))
            throw written!.Fault($"Version is {PolicyDocument.CurrentVersion}, or {PolicyDocument.FirstVersion} for a policy without variables; it says when the language was defined, not the policy");
        var id = members.TryGetValue("Id", out var named) ? Elements.Text(named) : null;
        if (!members.TryGetValue("Statement", out var statement))
            throw root.Fault("Statement is missing; a policy needs at least one");
        return new PolicyDocument(json, use, version, id, Statements(statement, new StatementReader(use, version == PolicyDocument.CurrentVersion)));
    }

    private static List<Statement> Statements(JsonElementAt element, StatementReader reader)
    {
        var items = element.Shape == JsonShape.List ? element.Items : [element];
        if (items.Count == 0)
            throw element.Fault("Statement is empty; a policy needs at least one");
        if (items.Count > PolicyLimits.Statements)
            throw element.Fault($"there are {items.Count} statements, the most allowed is {PolicyLimits.Statements}");
        var result = new List<Statement>(items.Count);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            var statement = reader.Read(item, result.Count);
            if (statement.Sid is { } sid && !names.Add(sid))
                throw item.Fault($"the Sid {sid} stands in an earlier statement, too; Sids in a policy must be unique");
            result.Add(statement);
        }
        return result;
    }
}
