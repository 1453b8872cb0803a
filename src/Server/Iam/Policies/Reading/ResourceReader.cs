using Postern.Server.Iam.Policies.Patterns;

namespace Postern.Server.Iam.Policies.Reading;

/// <summary>Reads "*" and patterns of ARNs.</summary>
internal static class ResourceReader
{
    private const int Parts = 6;

    public static TextPattern Read(JsonElementAt item, bool variables)
    {
        var pattern = PatternReader.Read(item.Text, wildcards: true, variables, out var fault) ?? throw item.Fault(fault);
        if (item.Text == "*")
            return pattern;
        var parts = PatternReader.SplitAtColons(item.Text, Parts, variables);
        var shown = JsonTree.Shown(item.Text);
        if (parts[0] != "arn")
            throw item.Fault($"a resource is \"*\" or an ARN such as arn:aws:ssm:*:*:session/*, not \"{shown}\"");
        // A last part that ends in an asterisk reaches over the colons that are missing.
        if (parts.Count < Parts && !parts[^1].EndsWith('*'))
            throw item.Fault($"the ARN \"{shown}\" has {parts.Count} parts and needs {Parts}: arn:partition:service:region:account:resource");
        if (parts.Count > 1 && !IsPartition(parts[1]))
            throw item.Fault($"the partition \"{JsonTree.Shown(parts[1])}\" is not valid for the resource \"{shown}\"; write aws");
        if (parts.Count > 2 && parts[2].Length == 0)
            throw item.Fault($"the resource \"{shown}\" names no service");
        return pattern;
    }

    private static bool IsPartition(string text)
        => text.Contains('*') || text == "aws" || text.StartsWith("aws-", StringComparison.Ordinal) && text.Length > 4 && text.All(c => char.IsAsciiLetterLower(c) || c == '-');
}
