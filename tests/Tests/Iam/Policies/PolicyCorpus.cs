using System.Text.Json;
using System.Text.Json.Nodes;
using Postern.Server.Iam.Policies;

namespace Postern.Tests.Iam.Policies;

/// <summary>The cases of vectors/policies: policies, a request, and what AWS's documentation says of it.</summary>
internal sealed class PolicyCorpus
{
    private static readonly Lazy<Dictionary<string, CorpusCase>> Loaded = new(() => Load().ToDictionary(one => one.Name));

    public static IEnumerable<string> Names => Loaded.Value.Keys;

    public static IEnumerable<CorpusCase> All => Loaded.Value.Values;

    public static CorpusCase Find(string name) => Loaded.Value[name];

    private static IEnumerable<CorpusCase> Load()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "vectors", "policies"), "*.json").Order(StringComparer.Ordinal))
            foreach (var group in JsonNode.Parse(File.ReadAllText(file))!["groups"]!.AsArray())
            {
                var number = 0;
                foreach (var one in group!["cases"]!.AsArray())
                    yield return new($"{Path.GetFileNameWithoutExtension(file)}: {group["about"]} ({++number})", group, one!);
            }
    }
}

/// <summary>A case with the group it stands in, whose policies it uses.</summary>
internal sealed class CorpusCase(string name, JsonNode group, JsonNode one)
{
    public string Name => name;

    public string Decision => Text("decision")!;

    /// <summary>The statement's Sid, or its index when it has none.</summary>
    public string? DecidedBy => Text("decidedBy");

    public string Reason => Text("reason")!;

    public string? Layer => Text("layer");

    public bool ByAccount => one["byAccount"]?.GetValue<bool>() ?? false;

    /// <summary>Of a document that is refused: what the error must say.</summary>
    public string Words => Text("words")!;

    public string Document => Text("document")!;

    public bool IsRefusal => one["document"] is not null;

    public PolicyUse Use => Enum.Parse<PolicyUse>(group["use"]?.GetValue<string>() ?? nameof(PolicyUse.Identity));

    public bool IsTrust => group["trust"] is not null;

    public PolicyDocument Trust => PolicyDocument.Parse(group["trust"]!.ToJsonString(), PolicyUse.Trust);

    public PolicySet Policies => new(
        Named("identity")!,
        group["boundary"] is { } boundary ? Named(boundary, "boundary") : null,
        Named("session"));

    public PrincipalQuery Principal
        => new(one["principal"]!["account"]?.GetValue<string>(), Texts(one["principal"]!["names"]), one["principal"]!["service"]?.GetValue<string>(), one["principal"]!["federated"]?.GetValue<string>());

    public AuthorizationQuery Query
    {
        get
        {
            var context = new ConditionContext();
            foreach (var (key, values) in one["context"]?.AsObject() ?? [])
                context.Set(key, Texts(values));
            return new(Text("action")!, Texts(one["resource"]), context);
        }
    }

    public Decision Decide() => IsTrust ? PolicyEvaluator.EvaluateTrust(Trust, Principal, Query) : PolicyEvaluator.Evaluate(Policies, Query);

    private static NamedPolicy Named(JsonNode document, string name) => new(name, PolicyDocument.Parse(document.ToJsonString(), PolicyUse.Identity));

    private List<NamedPolicy>? Named(string member) => group[member]?.AsArray().Select((document, index) => Named(document!, $"{member}[{index}]")).ToList();

    private string? Text(string member) => one[member]?.GetValueKind() == JsonValueKind.String ? one[member]!.GetValue<string>() : null;

    private static string[] Texts(JsonNode? list) => list?.AsArray().Select(item => item!.GetValue<string>()).ToArray() ?? [];
}
