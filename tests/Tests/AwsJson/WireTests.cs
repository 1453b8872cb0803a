using System.Text.Json;
using Postern.Protocol.AwsJson;

namespace Postern.Tests.AwsJson;

public sealed class WireTests
{
    private static readonly JsonElement Vectors = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", "awsjson", "wire.json"))).RootElement;

    public static TheoryData<string> Names => [.. Vectors.EnumerateObject().Select(vector => vector.Name)];

    [Theory, MemberData(nameof(Names))]
    public void Shapes_are_read_and_written_byte_for_byte(string name)
    {
        var parts = name.Split('.');
        var operation = AnyOperation.Named(parts[0]);
        var shape = parts[1] == "Request" ? operation.Request : operation.Response;
        var wire = Vectors.GetProperty(name).GetRawText();

        Assert.Equal(wire, JsonSerializer.Serialize(JsonSerializer.Deserialize(wire, shape), shape));
    }

    [Fact]
    public void Members_are_read_in_any_case_and_unknown_ones_skipped()
    {
        var request = JsonSerializer.Deserialize("""{"target":"t","DOCUMENTNAME":"d","Extra":[1]}""", SsmOperations.StartSession.Request)!;

        Assert.Equal(("t", "d"), (request.Target, request.DocumentName));
    }

    [Theory]
    [InlineData("1772323198", "2026-02-28T23:59:58.000Z")]
    [InlineData("1772323198.125", "2026-02-28T23:59:58.125Z")]
    [InlineData("1.772323198E9", "2026-02-28T23:59:58.000Z")]
    [InlineData("\"2026-02-28T23:59:58Z\"", "2026-02-28T23:59:58.000Z")]
    [InlineData("\"2026-03-01T00:59:58.125+01:00\"", "2026-02-28T23:59:58.125Z")]
    public void Times_are_read_as_numbers_and_as_text(string wire, string expected)
    {
        var request = JsonSerializer.Deserialize($$"""{"ExpirationDate":{{wire}}}""", SsmOperations.CreateActivation.Request)!;

        Assert.Equal(expected, request.ExpirationDate!.Value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"));
    }

    [Theory]
    [InlineData("1e300")]
    [InlineData("-99999999999999")]
    [InlineData("\"tomorrow\"")]
    [InlineData("true")]
    public void A_time_that_is_none_is_refused_and_its_member_named(string wire)
    {
        var error = Assert.Throws<JsonException>(() => JsonSerializer.Deserialize($$"""{"ExpirationDate":{{wire}}}""", SsmOperations.CreateActivation.Request));

        Assert.Equal("$.ExpirationDate", error.Path);
    }

    [Fact]
    public void Secrets_are_not_in_the_text_of_a_shape()
    {
        Assert.DoesNotContain("hidden", new StartSessionResponse { TokenValue = "hidden" }.ToString());
        Assert.DoesNotContain("hidden", new ResumeSessionResponse { TokenValue = "hidden" }.ToString());
        Assert.DoesNotContain("hidden", new CreateActivationResponse { ActivationCode = "hidden" }.ToString());
        Assert.DoesNotContain("hidden", new RegisterManagedInstanceRequest { ActivationCode = "hidden" }.ToString());
        Assert.DoesNotContain("hidden", new RequestManagedInstanceRoleTokenResponse { SecretAccessKey = "hidden", SessionToken = "hidden" }.ToString());
    }

    [Fact]
    public void Targets_and_signing_names_are_those_of_their_services()
    {
        Assert.All(AnyOperation.Ssm, operation => Assert.Equal(("ssm", "AmazonSSM." + operation.Name), (operation.Service, operation.Target)));
        Assert.All(AnyOperation.Ec2Messages, operation => Assert.Equal(("ec2messages", "EC2WindowsMessageDeliveryService." + operation.Name), (operation.Service, operation.Target)));
    }
}
