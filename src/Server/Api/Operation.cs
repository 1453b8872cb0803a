using System.Text.Json;
using Postern.Protocol.AwsJson;
using Postern.Server.Iam;

namespace Postern.Server.Api;

/// <summary>A registered operation, its shapes hidden: bytes in, bytes out.</summary>
internal abstract class Operation(string service, string target, Access access, string action)
{
    /// <summary>The signing name requests must be signed for.</summary>
    public string Service { get; } = service;
    public string Target { get; } = target;
    public Access Access { get; } = access;
    public string Action { get; } = action;

    /// <summary>Parses the body, runs the handler, serialises its response.</summary>
    public abstract Task<byte[]> InvokeAsync(ReadOnlyMemory<byte> body, CallContext context, CancellationToken cancellationToken);
}

/// <inheritdoc/>
internal sealed class Operation<TRequest, TResponse>(
    AwsOperation<TRequest, TResponse> shape, Access access, string action,
    Func<TRequest, CallContext, CancellationToken, Task<TResponse>> handler)
    : Operation(shape.Service, shape.Target, access, action)
{
    public override async Task<byte[]> InvokeAsync(ReadOnlyMemory<byte> body, CallContext context, CancellationToken cancellationToken)
    {
        var request = RequestBody.Parse(body, shape.Request);
        var response = await handler(request, context, cancellationToken);
        return JsonSerializer.SerializeToUtf8Bytes(response, shape.Response);
    }
}
