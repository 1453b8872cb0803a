using Microsoft.AspNetCore.Http;
using Postern.Protocol.AwsJson;
using Postern.Server.Peers;

namespace Postern.Server.Api;

/// <summary>The same call, put to the other gateways: each authenticates and decides it for itself.</summary>
internal sealed class OtherGateways(PeerCalls peers, HttpContext http, byte[] body)
{
    /// <summary>What they answered, by their names; null: one did not answer, or refused.</summary>
    public async Task<IReadOnlyList<(string Name, TResponse? Answer)>> AskAsync<TRequest, TResponse>(AwsOperation<TRequest, TResponse> operation, CancellationToken cancellationToken)
        where TResponse : class
        => [.. (await peers.AskOthersAsync(http, body, cancellationToken)).Select(one => (one.Name, one.Answer is { IsSuccess: true } answer ? RequestBody.Parse(answer.Body, operation.Response) : null))];
}
