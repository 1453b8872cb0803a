using Microsoft.AspNetCore.Http;
using Postern.Protocol.AwsJson;
using Postern.Server.Documents;

namespace Postern.Server.Sessions;

/// <summary>What other parts demand before a session begins. They are added while the gateway is put together.</summary>
internal sealed class SessionAdmission
{
    private readonly List<Func<ResolvedSession, string?>> _demands = [];

    /// <param name="refusal">Says why the session must not begin; null: it may.</param>
    public void Require(Func<ResolvedSession, string?> refusal) => _demands.Add(refusal);

    /// <exception cref="AwsErrorException">ServiceUnavailable.</exception>
    public void Check(ResolvedSession session)
    {
        foreach (var demand in _demands)
            if (demand(session) is { } refusal)
                throw new AwsErrorException("ServiceUnavailable", refusal, StatusCodes.Status503ServiceUnavailable);
    }
}
