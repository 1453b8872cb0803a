using System.Buffers;
using System.Security;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Postern.Protocol.AwsJson;

namespace Postern.Server.Api;

/// <summary>Writes an error in the form the client's protocol knows. SDKs take the code from the body, retry 5xx, and give up on most 4xx.</summary>
internal static class ErrorResponse
{
    public const string JsonType = "application/x-amz-json-1.1", XmlType = "text/xml";

    /// <summary>AWS JSON: {"__type":code,"message":text}.</summary>
    public static Task WriteJsonAsync(HttpContext http, AwsErrorException error)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("__type", error.Code);
            json.WriteString("message", error.Message);
            json.WriteEndObject();
        }
        http.Response.StatusCode = error.Status;
        http.Response.ContentType = JsonType;
        http.Response.Headers["x-amzn-ErrorType"] = error.Code;
        http.Response.ContentLength = buffer.WrittenCount;
        return http.Response.Body.WriteAsync(buffer.WrittenMemory, http.RequestAborted).AsTask();
    }

    /// <summary>The query protocol of STS.</summary>
    public static Task WriteXmlAsync(HttpContext http, AwsErrorException error, string requestId)
    {
        http.Response.StatusCode = error.Status;
        http.Response.ContentType = XmlType;
        var type = error.Status < StatusCodes.Status500InternalServerError ? "Sender" : "Receiver";
        return http.Response.WriteAsync(
            $"""
            <ErrorResponse xmlns="{QueryProtocol.Namespace}"><Error><Type>{type}</Type><Code>{SecurityElement.Escape(QueryProtocol.CodeOf(error.Code))}</Code><Message>{SecurityElement.Escape(error.Message)}</Message></Error><RequestId>{requestId}</RequestId></ErrorResponse>
            """, http.RequestAborted);
    }
}
