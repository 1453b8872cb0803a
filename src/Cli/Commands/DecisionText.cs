using Postern.Protocol.AwsJson;

namespace Postern.Cli.Commands;

/// <summary>Decisions as a person reads them.</summary>
internal static class DecisionText
{
    private const int MostClosest = 3;

    public static void Write(SimulateAccessResponse answer, TextWriter output)
    {
        foreach (var decision in answer.Decisions ?? [])
            Write(answer.Principal, decision, output);
        if (answer.Decisions is null or [])
            output.WriteLine($"{answer.Principal} may: whoever has keys may.");
    }

    private static void Write(string? principal, AccessDecision decision, TextWriter output)
    {
        var allowed = decision.Decision == "allowed";
        Line(output, $"{(allowed ? "allowed" : "denied ")}  {principal} {decision.Action} on {decision.Resource}");
        Line(output, allowed ? $"         by {StatementOf(decision.Policy, decision.Statement)}" : $"         {decision.Reason}{(decision.Policy is null ? "" : $": {StatementOf(decision.Policy, decision.Statement)}")}");
        foreach (var closest in (decision.Closest ?? []).Where(IsAboutAction).Take(MostClosest))
        {
            Line(output, $"         near: {StatementOf(closest.Policy, closest.Statement)}");
            foreach (var mismatch in closest.Mismatches ?? [])
                Line(output, $"               {mismatch.Element}: wants {mismatch.Wanted}; has {mismatch.Given}");
        }
        foreach (var change in decision.Changes ?? [])
            Line(output, $"         change: {change}");
    }

    /// <summary>Statements about other actions explain nothing; whoever wants them reads the JSON.</summary>
    private static bool IsAboutAction(AccessStatement statement) => statement.Mismatches?.All(mismatch => mismatch.Element is not ("Action" or "NotAction")) == true;

    public static string StatementOf(string? policy, string? statement) => $"statement {statement} of {policy}";

    /// <summary>Policies and tags are others' words: nothing in them may steer the terminal.</summary>
    public static void Line(TextWriter output, string text) => output.WriteLine(Terminal.StandardOutput.Plain(text));
}
