using Microsoft.AspNetCore.Http;
using Postern.Protocol.AwsJson;
using Postern.Server.Iam;
using Postern.Server.Peers;
using Postern.Server.Settings;

namespace Postern.Server.Api;

/// <summary>
/// The front door: every request to "/". Finds the operation, reads the body within its limit, has the signature checked, reads the request, has
/// the operation name what it touches, has every bit of that allowed, and only then runs it. Whatever comes of it is recorded.
/// </summary>
internal sealed class ApiEndpoint(OperationRegistry operations, RequestAuthenticator authenticator, CallRecorder recorder, PeerCalls peers, PeerUpkeep own, ServerOptions options, TimeProvider time, ILogger<ApiEndpoint> log)
{
    private readonly Arns _arns = new(options.Region, options.Account);

    public async Task HandleAsync(HttpContext http)
    {
        var started = time.GetTimestamp();
        var requestId = Guid.NewGuid().ToString();
        http.Response.Headers["x-amzn-RequestId"] = requestId;
        var query = QueryProtocol.Speaks(http.Request);
        var name = query ? "query" : http.Request.Headers["X-Amz-Target"].ToString();
        try
        {
            if (query)
                name = await QueryAsync(http, requestId);
            else
                await OperationAsync(http, name, requestId);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return; // nobody is there to be answered
        }
        catch (Exception e)
        {
            var error = e as AwsErrorException ?? Unexpected(e, requestId);
            if (http.Response.HasStarted)
                http.Abort();
            else
                await (query ? ErrorResponse.WriteXmlAsync(http, error, requestId) : ErrorResponse.WriteJsonAsync(http, error));
            log.Answered(ForeignText.Show(name), error.Status, error.Code, http.Connection.RemoteIpAddress, time.GetElapsedTime(started).TotalMilliseconds, requestId);
            return;
        }
        log.Answered(ForeignText.Show(name), http.Response.StatusCode, "OK", http.Connection.RemoteIpAddress, time.GetElapsedTime(started).TotalMilliseconds, requestId);
    }

    private async Task OperationAsync(HttpContext http, string target, string requestId)
    {
        var operation = HttpMethods.IsPost(http.Request.Method) ? operations.Find(target) : null;
        if (operation is null)
            throw new AwsErrorException("UnknownOperationException", target.Length == 0
                ? "The request names no operation (POST with the header X-Amz-Target)."
                : $"The operation {ForeignText.Show(target)} is not served here.");
        var body = await BoundedBody.ReadAsync(http.Request, http.RequestAborted);
        await AnswerAsync(http, operation, body, () => operation.Parse(body), ErrorResponse.JsonType, requestId);
    }

    private async Task<string> QueryAsync(HttpContext http, string requestId)
    {
        var body = await BoundedBody.ReadAsync(http.Request, http.RequestAborted);
        var form = QueryProtocol.Read(http.Request, body);
        var operation = QueryProtocol.Find(operations, form);
        await AnswerAsync(http, operation, body, () => operation.Parse(form), ErrorResponse.XmlType, requestId);
        return operation.Action;
    }

    private async Task AnswerAsync(HttpContext http, Operation operation, byte[] body, Func<OperationCall> parse, string contentType, string requestId)
    {
        var record = new CallRecord(operation, http, requestId);
        byte[] response;
        try
        {
            response = await RunAsync(http, operation, body, parse, record);
        }
        catch (Exception e)
        {
            await recorder.FailedAsync(record, e);
            throw;
        }
        await recorder.SucceededAsync(record, response);
        http.Response.ContentType = contentType;
        if (record.Handed is { } handed)
            PassOn(http.Response, handed);
        http.Response.ContentLength = response.Length;
        await http.Response.Body.WriteAsync(response, http.RequestAborted);
    }

    private async Task<byte[]> RunAsync(HttpContext http, Operation operation, byte[] body, Func<OperationCall> parse, CallRecord record)
    {
        var caller = record.Caller = operation.Access == Access.Anonymous
            ? Caller.Anonymous(options.Account)
            : await authenticator.AuthenticateAsync(http, body, operation.Service, once: operation.IsOnce, http.RequestAborted);
        recorder.RequireWritable(record);
        if (!caller.Satisfies(operation.Access))
            throw AuthErrors.NotAuthorized(caller, operation.Action);
        var call = record.Call = parse();
        var context = new CallContext(caller, PublicEndpoint(http.Request), record.Source.Address, record.RequestId)
        {
            Arns = _arns,
            Keys = RequestKeys.Of(caller, record.Source, _arns, time.GetUtcNow()),
            Others = peers.MayHand(http) ? new OtherGateways(peers, http, body) : null,
        };
        record.Touched = await call.TouchesAsync(context, http.RequestAborted);
        record.Verdict = Authorizer.Evaluate(caller, operation.Action, record.Touched, context.Keys);
        if (!record.Verdict.IsAllowed)
            throw record.Verdict.Refusal(caller);
        if (peers.MayHand(http) && await call.GatewayAsync(http.RequestAborted) is { } gateway && gateway != options.Name
            && await peers.AskAsync(gateway, http, body, part: false, http.RequestAborted) is { } answer)
        {
            record.Handed = answer;
            return answer.Body;
        }
        return await call.InvokeAsync(context, http.RequestAborted);
    }

    // Status, request id and error are those of the gateway that answered, and that has the entry in the audit log.
    private static void PassOn(HttpResponse response, PeerAnswer answer)
    {
        response.StatusCode = answer.Status;
        response.ContentType = answer.ContentType;
        if (answer.RequestId is not null)
            response.Headers["x-amzn-RequestId"] = answer.RequestId;
        if (answer.ErrorType is not null)
            response.Headers["x-amzn-ErrorType"] = answer.ErrorType;
    }

    // The Host of a signed request is covered by its signature, so what a client is told to connect to is what it called.
    // Of one that was handed on it is the other gateway's.
    private Uri PublicEndpoint(HttpRequest request)
        => options.Endpoint ?? (request.HttpContext.Features.Get<HandedRequest>() is null ? null : own.Url) ?? (Uri.TryCreate($"https://{request.Host.Value}", UriKind.Absolute, out var url)
            ? url : throw new AwsErrorException("ValidationException", "The Host header is not a host name."));

    private AwsErrorException Unexpected(Exception e, string requestId)
    {
        log.Failed(e, requestId);
        return new AwsErrorException("InternalServerError", $"The request failed inside the gateway; its log has the reason under request id {requestId}.", StatusCodes.Status500InternalServerError);
    }
}
