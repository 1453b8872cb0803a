using System.Text.Json;
using Postern.Protocol.AwsJson;
using Postern.Server.Audit;
using Postern.Server.Iam;

namespace Postern.Server.Api;

/// <summary>A registered operation, its shapes hidden: bytes in, bytes out.</summary>
internal abstract class Operation(string service, string target, Access access, string action)
{
    /// <summary>It changes nothing, and yet its answer is worth as much as the caller's own keys.</summary>
    private const string GivesKeys = "sts:GetSessionToken";
    private static readonly string[] ReadingVerbs = ["Describe", "Get", "List", "Lookup", "Simulate", "Export", "Filter", "Test", "Watch", "Search"];

    /// <summary>The signing name requests must be signed for.</summary>
    public string Service { get; } = service;
    public string Target { get; } = target;
    public Access Access { get; } = access;
    public string Action { get; } = action;

    /// <summary>By the name, as AWS names operations: it changes nothing.</summary>
    public bool IsReadOnly { get; } = ReadingVerbs.Any(verb => action[(action.IndexOf(':') + 1)..].StartsWith(verb, StringComparison.Ordinal));

    /// <summary>A signature is good for one call: whoever repeats a recorded request gains nothing.</summary>
    public bool IsOnce => !IsReadOnly || Action == GivesKeys;

    /// <summary>Reads the body, which nobody has been allowed to send yet: it is bounded, and nothing but its shape is looked at.</summary>
    /// <exception cref="AwsErrorException">SerializationException.</exception>
    public abstract OperationCall Parse(ReadOnlyMemory<byte> body);
}

/// <summary>One call of an operation, read and not yet allowed.</summary>
internal abstract class OperationCall
{
    /// <summary>What the call touches: each must be allowed before it is run.</summary>
    public abstract ValueTask<IReadOnlyList<Touched>> TouchesAsync(CallContext context, CancellationToken cancellationToken);

    /// <summary>It goes on with a call that was recorded, and is not recorded itself unless it fails.</summary>
    public virtual bool GoesOn => false;

    /// <summary>The gateway that has to answer, of those that share the database; null: this one.</summary>
    public virtual ValueTask<string?> GatewayAsync(CancellationToken cancellationToken) => ValueTask.FromResult<string?>(null);

    /// <summary>Runs the handler and serialises its answer.</summary>
    public abstract Task<byte[]> InvokeAsync(CallContext context, CancellationToken cancellationToken);

    /// <summary>What of the request stands in the audit log: a JSON object, or null. See <see cref="RecordedFields"/>.</summary>
    public abstract string? RecordedRequest();

    /// <summary>What of the answer does.</summary>
    public abstract string? RecordedAnswer(byte[] answer);
}

/// <inheritdoc/>
internal sealed class Operation<TRequest, TResponse>(
    AwsOperation<TRequest, TResponse> shape, Access access, string action,
    Func<TRequest, CallContext, CancellationToken, ValueTask<IReadOnlyList<Touched>>> touches,
    Func<TRequest, CallContext, CancellationToken, Task<TResponse>> handler, Func<TRequest, bool>? goesOn = null,
    Func<TRequest, CancellationToken, ValueTask<string?>>? gateway = null)
    : Operation(shape.Service, shape.Target, access, action)
{
    public override OperationCall Parse(ReadOnlyMemory<byte> body) => new Call(this, body, RequestBody.Parse(body, shape.Request));

    private ValueTask<IReadOnlyList<Touched>> TouchesAsync(TRequest request, CallContext context, CancellationToken cancellationToken)
        => touches(request, context, cancellationToken);

    private bool GoesOn(TRequest request) => goesOn?.Invoke(request) == true;

    private ValueTask<string?> GatewayAsync(TRequest request, CancellationToken cancellationToken) => gateway?.Invoke(request, cancellationToken) ?? ValueTask.FromResult<string?>(null);

    private async Task<byte[]> InvokeAsync(TRequest request, CallContext context, CancellationToken cancellationToken)
        => JsonSerializer.SerializeToUtf8Bytes(await handler(request, context, cancellationToken), shape.Response);

    private sealed class Call(Operation<TRequest, TResponse> operation, ReadOnlyMemory<byte> body, TRequest request) : OperationCall
    {
        public override bool GoesOn => operation.GoesOn(request);

        public override string? RecordedRequest() => RecordedFields.OfRequest(body);

        public override string? RecordedAnswer(byte[] answer) => RecordedFields.OfAnswer(answer);

        public override ValueTask<IReadOnlyList<Touched>> TouchesAsync(CallContext context, CancellationToken cancellationToken)
            => operation.TouchesAsync(request, context, cancellationToken);

        public override ValueTask<string?> GatewayAsync(CancellationToken cancellationToken) => operation.GatewayAsync(request, cancellationToken);

        public override Task<byte[]> InvokeAsync(CallContext context, CancellationToken cancellationToken)
            => operation.InvokeAsync(request, context, cancellationToken);
    }
}
