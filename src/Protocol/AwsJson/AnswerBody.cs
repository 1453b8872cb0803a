using System.Text.Json;

namespace Postern.Protocol.AwsJson;

/// <summary>Makes sense of the body of a good answer.</summary>
internal static class AnswerBody
{
    public static TResponse Parse<TRequest, TResponse>(ReadOnlyMemory<byte> body, AwsOperation<TRequest, TResponse> operation, Uri endpoint)
    {
        try
        {
            // Some services answer an operation without output with no body at all.
            return JsonSerializer.Deserialize(body.IsEmpty ? "{}"u8 : body.Span, operation.Response)
                ?? throw new JsonException("The answer is null.");
        }
        catch (JsonException error)
        {
            throw Unusable(operation.Name, endpoint, error);
        }
    }

    public static UnusableAnswerException Unusable(string operation, Uri endpoint, JsonException error) => new(HttpRequestError.InvalidResponse,
        $"{endpoint} answered {operation} with something that is not its JSON ({error.Message}). Check that this address is an AWS Systems Manager endpoint.", error);
}

/// <summary>An answer that came whole over a good connection and still makes no sense: asking again would not help.</summary>
public class UnusableAnswerException(HttpRequestError error, string message, Exception? inner = null) : HttpRequestException(error, message, inner);

/// <summary>An answer longer than <see cref="AwsJsonClient.MaxAnswer"/>.</summary>
public sealed class AnswerTooLongException(Uri endpoint) : UnusableAnswerException(HttpRequestError.ConfigurationLimitExceeded,
    $"{endpoint} answered with more than {AwsJsonClient.MaxAnswer} bytes. Check that this address is an AWS Systems Manager endpoint.");
