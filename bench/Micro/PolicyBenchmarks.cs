using BenchmarkDotNet.Attributes;
using Postern.Server.Iam.Policies;
using Postern.Server.Iam.Policies.Managed;

namespace Postern.Bench.Micro;

/// <summary>What the permission of one call costs a principal with twenty policies: its context put together, every policy looked at, nothing remembered.</summary>
[MemoryDiagnoser]
public class PolicyBenchmarks
{
    private const int Policies = 20;
    private const string Node = "arn:aws:ssm:eu-west-1:123456789012:managed-instance/mi-0123456789abcdef0";
    private const string NodeAsInstance = "arn:aws:ec2:eu-west-1:123456789012:instance/mi-0123456789abcdef0";
    private const string Session = "arn:aws:ssm:eu-west-1:123456789012:session/anna-0123456789abcdef0";

    private PolicySet _policies = new([]);
    private string _json = "";

    [GlobalSetup]
    public void Prepare()
    {
        // As people have them: some of AWS's, and a policy for each team of theirs, the one that allows being the last.
        var documents = ManagedPolicies.All.Where(policy => policy.Name is "AmazonSSMReadOnlyAccess" or "AmazonSSMManagedInstanceCore" or "PosternAuditor").Select(policy => policy.Document)
            .Concat(Enumerable.Range(0, Policies - 3).Select(TeamPolicy)).ToList();
        _json = documents[^1];
        _policies = new([.. documents.Select((document, index) => new NamedPolicy($"arn:aws:iam::123456789012:policy/team-{index}", PolicyDocument.Parse(document, PolicyUse.Identity)))]);
    }

    /// <summary>StartSession on a node, allowed by tag in the last policy.</summary>
    [Benchmark]
    public bool Allowed() => Evaluate("ssm:StartSession", [Node, NodeAsInstance], "team-16");

    /// <summary>StartSession on a node of nobody's.</summary>
    [Benchmark]
    public bool Denied() => Evaluate("ssm:StartSession", [Node, NodeAsInstance], "none");

    /// <summary>The session's ARN has a policy variable in every policy.</summary>
    [Benchmark]
    public bool OwnSession() => Evaluate("ssm:TerminateSession", [Session], "none");

    /// <summary>Reading one of the policies, done when it is written and when the gateway starts.</summary>
    [Benchmark]
    public int Parse() => PolicyDocument.Parse(_json, PolicyUse.Identity).Statements.Count;

    private bool Evaluate(string action, string[] resource, string team)
    {
        var context = new ConditionContext()
            .Add("aws:username", "anna").Add("aws:userid", "AIDAANNAANNAANNA1").Add("aws:PrincipalArn", "arn:aws:iam::123456789012:user/anna").Add("aws:PrincipalAccount", "123456789012")
            .Add("aws:PrincipalType", "User").Add("aws:PrincipalTag/team", "team-3").Add("aws:SourceIp", "192.0.2.7").Add("aws:SecureTransport", "true")
            .Add("aws:CurrentTime", "2026-01-01T12:00:00Z").Add("aws:EpochTime", "1767268800").Add("aws:RequestedRegion", "eu-west-1").Add("aws:UserAgent", "aws-cli/2")
            .Add("ssm:resourceTag/env", "prod").Add("ssm:resourceTag/team", team).Add("ssm:SessionDocumentAccessCheck", "true");
        return PolicyEvaluator.Evaluate(_policies, new(action, resource, context)).IsAllowed;
    }

    private static string TeamPolicy(int index) =>
        $$"""
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Sid": "Nodes", "Effect": "Allow", "Action": "ssm:StartSession",
              "Resource": ["arn:aws:ec2:*:*:instance/*", "arn:aws:ssm:*:*:managed-instance/*"],
              "Condition": {
                "StringEquals": { "ssm:resourceTag/team": "team-{{index}}", "ssm:resourceTag/env": ["prod", "stage"] },
                "IpAddress": { "aws:SourceIp": ["192.0.2.0/24", "2001:db8::/32"] }
              }
            },
            { "Sid": "Documents", "Effect": "Allow", "Action": "ssm:StartSession", "Resource": ["arn:aws:ssm:*::document/AWS-StartPortForwarding*", "arn:aws:ssm:*:*:document/team-{{index}}-*"] },
            { "Sid": "Own", "Effect": "Allow", "Action": ["ssm:ResumeSession", "ssm:TerminateSession"], "Resource": "arn:aws:ssm:*:*:session/team-{{index}}-${aws:username}-*" },
            { "Sid": "Read", "Effect": "Allow", "Action": ["ssm:Describe*", "ssm:GetConnectionStatus", "ssm:List*", "sts:GetCallerIdentity"], "Resource": "*" },
            { "Sid": "NoMetadata", "Effect": "Deny", "Action": "ssm:StartSession", "Resource": "*", "Condition": { "IpAddress": { "postern:RemoteAddress": "169.254.0.0/16" } } },
            { "Sid": "Bucket", "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::team-{{index}}/${aws:username}/*" }
          ]
        }
        """;
}
