using System.Buffers;
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

    /// <summary>The query protocol. SDKs look at the code and the message, not at the namespace.</summary>
    public static Task WriteXmlAsync(HttpContext http, AwsErrorException error, string requestId)
    {
        var code = QueryProtocol.CodeOf(error.Code);
        using var buffer = new MemoryStream();
        using (var xml = QueryXml.Write(buffer))
        {
            xml.WriteStartElement("ErrorResponse", QueryService.Iam.Namespace);
            xml.WriteStartElement("Error");
            QueryXml.Element(xml, "Type", error.Status < StatusCodes.Status500InternalServerError ? "Sender" : "Receiver");
            QueryXml.Element(xml, "Code", code);
            QueryXml.Element(xml, "Message", error.Message);
            xml.WriteEndElement();
            QueryXml.Element(xml, "RequestId", requestId);
            xml.WriteEndDocument();
        }
        http.Response.StatusCode = code == "AccessDenied" ? StatusCodes.Status403Forbidden : error.Status; // 400 in the other protocol
        http.Response.ContentType = XmlType;
        http.Response.ContentLength = buffer.Length;
        return http.Response.Body.WriteAsync(buffer.ToArray(), http.RequestAborted).AsTask();
    }
}
