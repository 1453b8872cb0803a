using Postern.Server.Audit;
using Postern.Server.Iam;

namespace Postern.Server.Api;

/// <summary>Names what a request touches; it must not complain about the request, which the handler does.</summary>
internal delegate ValueTask<IReadOnlyList<Touched>> QueryTouches(QueryRequest request, CallContext context, CancellationToken cancellationToken);

/// <summary>Runs after the caller was allowed everything. Expected failures are AwsErrorException; what was written to the answer by then is lost.</summary>
internal delegate Task QueryHandler(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken);

/// <summary>An operation of the query protocol: a form in, XML out.</summary>
internal sealed class QueryOperation(QueryService service, string name, Access access, QueryTouches touches, QueryHandler handler)
    : Operation(service.Name, $"{service.Name}.{name}", access, $"{service.Name}:{name}")
{
    public QueryService QueryService => service;

    public string Name => name;

    public override OperationCall Parse(ReadOnlyMemory<byte> body) => Parse(QueryForm.Parse(body.Span));

    public OperationCall Parse(QueryForm form) => new Call(this, form);

    private ValueTask<IReadOnlyList<Touched>> TouchesAsync(QueryForm form, CallContext context, CancellationToken cancellationToken)
        => touches(new QueryRequest(form), context, cancellationToken);

    private async Task<byte[]> InvokeAsync(QueryForm form, CallContext context, CancellationToken cancellationToken)
    {
        using var answer = new QueryAnswer(service, name, context.RequestId);
        await handler(new QueryRequest(form), context, answer, cancellationToken);
        return answer.Finish();
    }

    private sealed class Call(QueryOperation operation, QueryForm form) : OperationCall
    {
        public override string? RecordedRequest() => RecordedFields.OfForm(form.Names.Select(name => KeyValuePair.Create(name, form[name]!)));

        public override string? RecordedAnswer(byte[] answer) => RecordedFields.OfXml(answer);

        public override ValueTask<IReadOnlyList<Touched>> TouchesAsync(CallContext context, CancellationToken cancellationToken)
            => operation.TouchesAsync(form, context, cancellationToken);

        public override Task<byte[]> InvokeAsync(CallContext context, CancellationToken cancellationToken)
            => operation.InvokeAsync(form, context, cancellationToken);
    }
}
