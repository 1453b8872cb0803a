using System.Text;
using System.Text.Json;
using Postern.Server.Iam.Policies;
using Postern.Server.Iam.Policies.Conditions;

namespace Postern.Tests.Iam.Policies;

/// <summary>Policies and requests with mistakes in them: refused, or what they still say. Nothing is passed over.</summary>
public class PolicyMutationTests
{
    private const int Rounds = 10_000;
    private const string Letters = "aeE{}[]\",:*?$'\\ \0\u00e9\u20ac\uFFFF0";

    private static readonly string[] Words =
        ["Version", "Statement", "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition", "Allow", "Deny", PolicyDocument.CurrentVersion, .. ConditionOperator.Names];

    private static readonly string[] Documents =
        [.. Enumerable.Range(0, 400).Select(seed => PolicyGenerator.Json(new PolicyGenerator(seed).Statements())), .. PolicyCorpus.All.Where(one => one.IsRefusal).Select(one => one.Document)];

    [Fact]
    public void Ten_thousand_broken_policies_are_refused_or_lose_no_statement()
    {
        var random = new Random(1);
        int read = 0, refused = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var text = Documents[random.Next(Documents.Length)];
            for (var edits = random.Next(1, 4); edits > 0; edits--)
                text = Edited(text, random);
            foreach (var use in (PolicyUse[])[PolicyUse.Identity, PolicyUse.Trust])
            {
                if (Parsed(text, use) is not { } document)
                {
                    refused++;
                    continue;
                }
                read++;
                Assert.Equal(StatementsIn(text), document.Statements.Select(statement => (statement.Effect.ToString(), statement.Conditions.Count)));
                PolicyEvaluator.Evaluate(new([new("p", document)]), new PolicyGenerator(round).Query()).Explain();
            }
        }
        Assert.InRange(read, Rounds / 50, Rounds);
        Assert.InRange(refused, Rounds / 2, 2 * Rounds);
    }

    [Fact]
    public void A_misspelt_word_of_the_language_is_refused_or_changes_nothing()
    {
        var random = new Random(2);
        int same = 0, refused = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var generator = new PolicyGenerator(round);
            var statements = generator.Statements();
            statements.Add(generator.Statement("Deny"));
            var json = PolicyGenerator.Json(statements);
            var query = generator.Query();
            var word = generator.Pick([.. Words.Where(word => json.Contains($"\"{word}\"", StringComparison.Ordinal))]);
            var at = json.IndexOf($"\"{word}\"", StringComparison.Ordinal) + 1;
            var broken = json[..at] + Misspelt(word, random) + json[(at + word.Length)..];
            if (Parsed(broken, PolicyUse.Identity) is not { } document)
            {
                refused++;
                continue;
            }
            same++;
            var before = PolicyEvaluator.Evaluate(new([PolicyGenerator.Policy(statements)]), query);
            Assert.True(before.Kind == PolicyEvaluator.Evaluate(new([new("p", document)]), query).Kind, $"{json}\n{broken}");
        }
        Assert.True(refused > Rounds / 2 && same > 0, $"{refused} refused, {same} the same");
    }

    [Fact]
    public void Ten_thousand_broken_requests_are_decided_and_a_denial_of_everything_holds()
    {
        var random = new Random(3);
        var corpus = PolicyCorpus.All.Where(one => !one.IsRefusal && !one.IsTrust).Select(one => (one.Policies, one.Query)).ToList();
        var deny = PolicyGenerator.Policy([new() { ["Effect"] = "Deny", ["Action"] = "*", ["Resource"] = "*" }]);
        for (var round = 0; round < Rounds; round++)
        {
            var (policies, query) = corpus[random.Next(corpus.Count)];
            var context = new ConditionContext();
            foreach (var key in query.Context.Keys)
            {
                var values = query.Context.Find(key);
                context.Set(random.Next(4) == 0 ? Edited(key, random) : key, [.. Enumerable.Range(0, values.Count).Select(index => Edited(values[index], random))]);
            }
            var broken = new AuthorizationQuery(Edited(query.Action, random), [.. query.Resource.Select(name => Edited(name, random))], context);
            PolicyEvaluator.Evaluate(policies, broken).Explain();
            Assert.Equal(DecisionKind.ExplicitDeny, PolicyEvaluator.Evaluate(policies with { Identity = [.. policies.Identity, deny] }, broken).Kind);
        }
    }

    /// <summary>Null when it is refused, as only a PolicyException does.</summary>
    private static PolicyDocument? Parsed(string text, PolicyUse use)
    {
        try
        {
            return PolicyDocument.Parse(text, use);
        }
        catch (PolicyException fault)
        {
            Assert.True(fault.Line > 0 && fault.Column > 0 && fault.Message.Length < 2_000, fault.Message);
            return null;
        }
    }

    /// <summary>The effect and the number of conditions of every statement, as another reader sees them.</summary>
    private static IEnumerable<(string Effect, int Conditions)> StatementsIn(string text)
    {
        using var document = JsonDocument.Parse(text);
        var statements = document.RootElement.GetProperty("Statement");
        return [.. (statements.ValueKind == JsonValueKind.Array ? statements.EnumerateArray().ToList() : [statements])
            .Select(statement => (statement.GetProperty("Effect").GetString()!,
                statement.TryGetProperty("Condition", out var condition) ? condition.EnumerateObject().Sum(op => op.Value.EnumerateObject().Count()) : 0))];
    }

    private static string Edited(string text, Random random)
    {
        if (text.Length == 0)
            return "x";
        var result = new StringBuilder(text);
        var at = random.Next(text.Length);
        switch (random.Next(6))
        {
            case 0:
                result.Remove(at, 1);
                break;
            case 1:
                result.Insert(at, Letters[random.Next(Letters.Length)]);
                break;
            case 2:
                result[at] = Letters[random.Next(Letters.Length)];
                break;
            case 3:
                result[at] = char.IsUpper(result[at]) ? char.ToLowerInvariant(result[at]) : char.ToUpperInvariant(result[at]);
                break;
            case 4:
                var length = random.Next(Math.Min(40, text.Length - at) + 1);
                result.Insert(random.Next(text.Length), text.AsSpan(at, length));
                break;
            default:
                result.Remove(at, random.Next(Math.Min(20, text.Length - at) + 1));
                break;
        }
        return result.ToString();
    }

    private static string Misspelt(string word, Random random)
    {
        var at = random.Next(word.Length);
        return random.Next(4) switch
        {
            0 => word.Remove(at, 1),
            1 => word.Insert(at, "x"),
            2 => word[..at] + (char.IsUpper(word[at]) ? char.ToLowerInvariant(word[at]) : char.ToUpperInvariant(word[at])) + word[(at + 1)..],
            _ => word + word[at],
        };
    }
}
