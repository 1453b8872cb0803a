using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Postern.Protocol.AwsJson;
using Postern.Server.Events.Delivery;

namespace Postern.Server.Events.Endpoints;

/// <summary>Builds the request to an API destination.</summary>
internal static class WebhookRequest
{
    private const string Agent = "Postern-Events/1.0";

    public static HttpRequestMessage Of(ApiDestinationRow destination, string authorizationType, ConnectionAuthParameters secrets, EventHttpParameters? added, DueDelivery delivery, string body, DateTimeOffset now)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var shared = secrets.InvocationHttpParameters;
        var request = new HttpRequestMessage(new HttpMethod(destination.Method), Address(destination.Endpoint, added, shared));
        if (destination.Method is not ("GET" or "HEAD" or "OPTIONS"))
        {
            request.Content = new ByteArrayContent(bytes);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        }
        foreach (var (name, value) in added?.HeaderParameters ?? new Dictionary<string, string>())
            Set(request, name, value);
        foreach (var parameter in shared?.HeaderParameters ?? [])
            Set(request, parameter.Key!, parameter.Value!);
        Set(request, "User-Agent", Agent);
        var seconds = now.ToUnixTimeSeconds();
        Set(request, WebhookSignature.IdHeader, delivery.Id);
        Set(request, WebhookSignature.TimeHeader, seconds.ToString(CultureInfo.InvariantCulture));
        if (authorizationType == ConnectionRow.Basic)
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic",
                Convert.ToBase64String(Encoding.UTF8.GetBytes($"{secrets.BasicAuthParameters?.Username}:{secrets.BasicAuthParameters?.Password}")));
        else if (secrets.ApiKeyAuthParameters is { ApiKeyName: { } key, ApiKeyValue: { } secret })
            Set(request, key, key.Equals(WebhookSignature.Header, StringComparison.OrdinalIgnoreCase) ? WebhookSignature.Of(secret, delivery.Id, seconds, request.Content is null ? [] : bytes) : secret);
        return request;
    }

    /// <summary>The endpoint with * filled by the target's path parameters, and the query parameters of both added.</summary>
    private static Uri Address(string endpoint, EventHttpParameters? added, ConnectionHttpParameters? shared)
    {
        var address = new StringBuilder();
        var values = new Queue<string>(added?.PathParameterValues ?? []);
        foreach (var c in endpoint)
            address.Append(c == '*' && values.TryDequeue(out var value) ? Uri.EscapeDataString(value) : c);
        var query = (added?.QueryStringParameters ?? new Dictionary<string, string>()).Select(pair => (pair.Key, pair.Value))
            .Concat((shared?.QueryStringParameters ?? []).Select(parameter => (Key: parameter.Key!, Value: parameter.Value!)));
        var separator = endpoint.Contains('?') ? '&' : '?';
        foreach (var (name, value) in query)
        {
            address.Append(separator).Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }
        return new Uri(address.ToString());
    }

    private static void Set(HttpRequestMessage request, string name, string value)
    {
        // The last one counts: what signs and authenticates cannot be put before it by a parameter.
        request.Headers.Remove(name);
        if (!request.Headers.TryAddWithoutValidation(name, value) && request.Content is { } content)
        {
            content.Headers.Remove(name);
            content.Headers.TryAddWithoutValidation(name, value);
        }
    }
}
