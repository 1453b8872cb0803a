using System.Text.Json.Serialization.Metadata;

namespace Postern.Protocol.AwsJson;

/// <summary>One AWS JSON 1.1 operation: the value of X-Amz-Target, the signing name of its service, and its shapes.</summary>
/// <param name="Service">Signing name: ssm, ec2messages.</param>
/// <param name="Target">X-Amz-Target, such as AmazonSSM.StartSession.</param>
public sealed record AwsOperation<TRequest, TResponse>(string Service, string Target, JsonTypeInfo<TRequest> Request, JsonTypeInfo<TResponse> Response)
{
    /// <summary>The part of the target after the last dot.</summary>
    public string Name => Target[(Target.LastIndexOf('.') + 1)..];
}

/// <summary>An error as AWS JSON services report it: HTTP status and {"__type":code,"message":text}.</summary>
public sealed class AwsErrorException(string code, string message, int status = 400) : Exception(message)
{
    public string Code { get; } = code;
    public int Status { get; } = status;
}
