using Postern.Protocol.AwsJson;

namespace Postern.Cli.Commands;

/// <summary>A question to a policy and the answer expected: what a call touches, all of which must be allowed.</summary>
/// <param name="Name">For people.</param>
/// <param name="Touched">At least one.</param>
/// <param name="Allowed">What is expected, or was decided then.</param>
/// <param name="Statement">The statement that should decide, or null.</param>
/// <param name="Times">How often it was recorded.</param>
internal sealed record PolicyTest(string Name, IReadOnlyList<PolicyCase> Touched, bool Allowed, string? Statement = null, int Times = 1);
