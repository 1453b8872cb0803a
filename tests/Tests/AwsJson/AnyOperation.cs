using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using Postern.Protocol.AwsJson;

namespace Postern.Tests.AwsJson;

/// <summary>Every operation the wire knows, without its types.</summary>
internal sealed record AnyOperation(string Name, string Service, string Target, JsonTypeInfo Request, JsonTypeInfo Response)
{
    public static IReadOnlyList<AnyOperation> Ssm { get; } = Of(typeof(SsmOperations));
    public static IReadOnlyList<AnyOperation> Ec2Messages { get; } = Of(typeof(Ec2MessagesOperations));
    public static AnyOperation Named(string name) => Ssm.Concat(Ec2Messages).Single(operation => operation.Name == name);

    private static AnyOperation[] Of(Type operations) =>
    [
        .. operations.GetProperties(BindingFlags.Public | BindingFlags.Static).Select(property =>
        {
            var operation = property.GetValue(null)!;
            object? Get(string name) => operation.GetType().GetProperty(name)!.GetValue(operation);
            Assert.Equal(property.Name, Get("Name"));
            return new AnyOperation(property.Name, (string)Get("Service")!, (string)Get("Target")!, (JsonTypeInfo)Get("Request")!, (JsonTypeInfo)Get("Response")!);
        }),
    ];
}
