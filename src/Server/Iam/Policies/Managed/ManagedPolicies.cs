namespace Postern.Server.Iam.Policies.Managed;

/// <summary>A policy that is there from the start, and is the same in every account.</summary>
/// <param name="Name">Its name, which the ARN ends with.</param>
/// <param name="Description">What it is for.</param>
internal sealed record ManagedPolicy(string Name, string Description)
{
    private const string ResourcePrefix = "policies/";

    /// <summary>arn:aws:iam::aws:policy/NAME.</summary>
    public string Arn => $"arn:aws:iam::aws:policy/{Name}";

    /// <summary>The policy as JSON.</summary>
    public string Document { get; } = Read(Name);

    private static string Read(string name)
    {
        using var stream = typeof(ManagedPolicy).Assembly.GetManifestResourceStream($"{ResourcePrefix}{name}.json")
            ?? throw new InvalidOperationException($"The managed policy {name} is not built into this program.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

/// <summary>AWS's managed policies that are about what is here, with AWS's names and actions, and some of ours.</summary>
internal static class ManagedPolicies
{
    public static IReadOnlyList<ManagedPolicy> All { get; } =
    [
        new("AdministratorAccess", "Allows everything."),
        new("AmazonSSMFullAccess", "Allows everything in Systems Manager."),
        new("AmazonSSMManagedInstanceCore", "What a node's role needs to register, report and hold sessions."),
        new("AmazonSSMReadOnlyAccess", "Allows to read everything in Systems Manager."),
        new("PosternAuditor", "Allows to read nodes, sessions, documents, identities, policies and the audit log, and to change nothing."),
        new("PosternSessionUser", "Allows sessions, tunnels and SSH to every node, and to resume and terminate one's own sessions."),
    ];

    /// <summary>Null when there is none of that ARN.</summary>
    public static ManagedPolicy? Find(string arn) => All.FirstOrDefault(policy => policy.Arn == arn);
}
