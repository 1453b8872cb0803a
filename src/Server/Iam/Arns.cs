namespace Postern.Server.Iam;

/// <summary>The names of resources in this region and account.</summary>
internal sealed record Arns(string Region, string Account)
{
    /// <summary>A node has two names, so that policies written for EC2 instances work as they are.</summary>
    public IReadOnlyList<string> Node(string nodeId) => [$"arn:aws:ssm:{Region}:{Account}:managed-instance/{nodeId}", $"arn:aws:ec2:{Region}:{Account}:instance/{nodeId}"];

    /// <summary>Documents that AWS owns belong to no account.</summary>
    public string Document(string name) => $"arn:aws:ssm:{Region}:{(IsOwnedByAws(name) ? "" : Account)}:document/{name}";

    public string Session(string sessionId) => $"arn:aws:ssm:{Region}:{Account}:session/{sessionId}";

    public string ServiceSetting(string settingId) => $"arn:aws:ssm:{Region}:{Account}:servicesetting/{settingId.TrimStart('/')}";

    /// <param name="name">With its path, as activations name roles.</param>
    public string Role(string name) => $"arn:aws:iam::{Account}:role/{name.TrimStart('/')}";

    public string LogGroup(string name) => $"arn:aws:logs:{Region}:{Account}:log-group:{name}";

    public string LogStream(string group, string name) => $"{LogGroup(group)}:log-stream:{name}";

    /// <summary>Any other kind of resource of Systems Manager, such as parameter or maintenancewindow.</summary>
    public string Ssm(string kind, string id) => $"arn:aws:ssm:{Region}:{Account}:{kind}/{id.TrimStart('/')}";

    /// <summary>The prefixes nobody else may use. SSM-SessionManagerRunShell is the account's own.</summary>
    private static bool IsOwnedByAws(string name)
        => name.StartsWith("AWS-", StringComparison.OrdinalIgnoreCase) || name.StartsWith("Amazon-", StringComparison.OrdinalIgnoreCase);
}
