using System.Text.Json;
using Postern.Cli.Output;
using Postern.Client;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Commands;

/// <summary>What a policy answered, next to what was expected.</summary>
/// <param name="results">In the order of the tests.</param>
/// <param name="isLog">The tests are recorded calls, and what was expected is what was decided then.</param>
internal sealed class PolicyReport(IReadOnlyList<(PolicyTest Test, AccessDecision Decision)> results, bool isLog)
{
    /// <summary>Cases in one call: a request has a limit.</summary>
    private const int Batch = 50;

    /// <summary>Of recorded calls what would newly be allowed is told, but no failure.</summary>
    public bool Passed => isLog ? !Wrong.Any(one => one.Test.Allowed) : !Wrong.Any();

    private IEnumerable<(PolicyTest Test, AccessDecision Decision)> Wrong => results.Where(one => !IsAsExpected(one.Test, one.Decision));

    /// <summary>A test's decision is that of the first thing it touches that is denied, else of its first.</summary>
    public static async Task<PolicyReport> RunAsync(SessionClient client, string policy, IReadOnlyList<PolicyTest> tests, bool isLog, CancellationToken cancellationToken)
    {
        var asked = tests.SelectMany(test => test.Touched).ToList();
        var decisions = new List<AccessDecision>(asked.Count);
        foreach (var batch in asked.Chunk(Batch))
        {
            var answer = await client.CallAsync(SimulationOperations.SimulatePolicy, new SimulatePolicyRequest { Policy = policy, Cases = batch }, cancellationToken);
            decisions.AddRange(answer.Decisions ?? []);
        }
        var results = new List<(PolicyTest, AccessDecision)>(tests.Count);
        var next = 0;
        foreach (var test in tests)
        {
            var own = decisions.GetRange(next, test.Touched.Count);
            next += test.Touched.Count;
            results.Add((test, own.Find(decision => !IsAllowed(decision)) ?? own[0]));
        }
        return new PolicyReport(results, isLog);
    }

    public void WriteTo(TextWriter output, bool json)
    {
        if (json)
        {
            var rows = results.Select(one => new PolicyTestRow(one.Test.Name, one.Decision.Action, one.Decision.Resource, one.Test.Allowed ? "allowed" : "denied",
                one.Decision.Decision, IsAsExpected(one.Test, one.Decision), one.Decision.Statement, one.Decision.Reason, one.Decision.MissingKeys, one.Test.Times)).ToArray();
            output.WriteLine(JsonSerializer.Serialize(rows, CliJsonContext.Default.PolicyTestRowArray));
            return;
        }
        foreach (var (test, decision) in Wrong)
            Write(test, decision, output);
        var calls = results.Sum(one => one.Test.Times);
        output.WriteLine(isLog
            ? $"{calls} recorded calls, {results.Count} different: {TimesOf(allowed: true)} that were allowed would be denied, {TimesOf(allowed: false)} that were denied would be allowed."
            : $"{results.Count - Wrong.Count()} of {results.Count} cases are as expected.");
    }

    private int TimesOf(bool allowed) => Wrong.Where(one => one.Test.Allowed == allowed).Sum(one => one.Test.Times);

    private void Write(PolicyTest test, AccessDecision decision, TextWriter output)
    {
        var expected = test.Allowed ? "allowed" : "denied";
        var times = test.Times > 1 ? $" ({test.Times} times)" : "";
        DecisionText.Line(output, isLog ? $"was {expected}: {test.Name}{times}" : $"wrong: {test.Name}: expected {expected}{(test.Statement is null ? "" : $" by statement {test.Statement}")}");
        var by = decision.Statement is null ? decision.Reason : $"{decision.Reason} by statement {decision.Statement}".TrimStart();
        DecisionText.Line(output, $"       {(IsAllowed(decision) ? "allowed" : "denied")} {decision.Action} on {decision.Resource} {by}");
        foreach (var change in decision.Changes ?? [])
            DecisionText.Line(output, $"       change: {change}");
        if (!IsAllowed(decision) && decision.MissingKeys is { Count: > 0 } missing)
            DecisionText.Line(output, $"       not {(isLog ? "recorded" : "given")}: {string.Join(", ", missing)}");
    }

    private static bool IsAllowed(AccessDecision decision) => decision.Decision == "allowed";

    private static bool IsAsExpected(PolicyTest test, AccessDecision decision)
        => IsAllowed(decision) == test.Allowed && (test.Statement is null || test.Statement == decision.Statement);
}
