using System.Net;
using System.Text;
using System.Text.Json;
using Postern.Conformance.Support;

namespace Postern.Conformance.Api;

/// <summary>Requests as attackers and broken clients make them: each is refused in AWS's words, and the next good one is answered.</summary>
public sealed class RequestTests(World world)
{
    private const string Target = "AmazonSSM.DescribeInstanceInformation";
    private static readonly byte[] Empty = "{}"u8.ToArray();

    public static TheoryData<string, HttpStatusCode, string> Forgeries => new()
    {
        { "no signature", HttpStatusCode.BadRequest, "MissingAuthenticationToken" },
        { "unknown key", HttpStatusCode.BadRequest, "UnrecognizedClientException" },
        { "wrong secret", HttpStatusCode.BadRequest, "InvalidSignatureException" },
        { "wrong region", HttpStatusCode.BadRequest, "SignatureDoesNotMatch|InvalidSignatureException" },
        { "wrong service", HttpStatusCode.BadRequest, "SignatureDoesNotMatch|InvalidSignatureException" },
        { "an hour old", HttpStatusCode.BadRequest, "InvalidSignatureException|RequestExpired" },
        { "an hour early", HttpStatusCode.BadRequest, "InvalidSignatureException|RequestExpired" },
        { "body changed", HttpStatusCode.BadRequest, "InvalidSignatureException" },
        { "operation changed", HttpStatusCode.BadRequest, "InvalidSignatureException" },
        { "header cut short", HttpStatusCode.BadRequest, "IncompleteSignature" },
        { "garbage for a header", HttpStatusCode.BadRequest, "IncompleteSignature|MissingAuthenticationToken" },
    };

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task A_forged_request_is_refused(string forgery, HttpStatusCode status, string errors)
    {
        var gateway = await world.GatewayAsync();
        var good = gateway.Api.Administrator;
        var answer = await gateway.Api.SendAsync(Target, Empty, SignatureOf(forgery, good), request => Tamper(forgery, request));

        Assert.True(errors.Split('|').Any(error => answer.Error?.StartsWith(error, StringComparison.Ordinal) == true), $"{forgery}: {(int)answer.Status} {answer.Text}");
        Assert.True(answer.Status == status || answer.Status == HttpStatusCode.Forbidden, $"{forgery}: {(int)answer.Status} {answer.Text}");
        Assert.DoesNotContain(good.Secret, answer.Text + gateway.Log);
        await GoodAsync(gateway);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"MaxResults\": \"many\"}")]
    [InlineData("\0\u0001\u0002")]
    public async Task A_body_that_is_no_request_is_refused(string body)
    {
        var gateway = await world.GatewayAsync();
        var answer = await gateway.Api.SendAsync(Target, Encoding.UTF8.GetBytes(body), gateway.Api.Administrator);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(answer.Error, new[] { "SerializationException", "ValidationException", "InvalidRequest" });
        await GoodAsync(gateway);
    }

    [Fact]
    public async Task An_unknown_operation_is_refused_and_unknown_fields_are_let_be()
    {
        var gateway = await world.GatewayAsync();
        var unknown = await gateway.Api.SendAsync("AmazonSSM.MakeTea", Empty, gateway.Api.Administrator);
        Assert.Equal("UnknownOperationException", unknown.Error);

        var fields = await gateway.Api.SendAsync(Target, "{\"NotAField\": {\"deep\": [1, 2]}}"u8.ToArray(), gateway.Api.Administrator);
        Assert.Equal(HttpStatusCode.OK, fields.Status);
    }

    [Fact]
    public async Task A_body_larger_than_any_request_is_refused()
    {
        var gateway = await world.GatewayAsync();
        var body = JsonSerializer.SerializeToUtf8Bytes(new { NextToken = new string('x', 8 * 1024 * 1024) });
        var refused = true;
        try
        {
            refused = (await gateway.Api.SendAsync(Target, body, gateway.Api.Administrator)).Status is HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.BadRequest;
        }
        catch (HttpRequestException)
        {
            // The connection was closed while the body was still on its way: refused as well.
        }
        Assert.True(refused, "8 MB were taken for a request");
        await GoodAsync(gateway);
    }

    [Fact]
    public async Task Each_CLI_of_this_machine_gets_its_answers_from_the_same_signatures()
    {
        var gateway = await world.GatewayAsync();
        foreach (var version in new[] { 1, 2 }.Where(version => AwsCli.Find(version) is not null))
        {
            var made = await AwsCli.SsmAsync(gateway, version, "create-activation", "--iam-role", "service-role/nodes");
            Assert.NotNull(made["ActivationCode"]);
            await AwsCli.SsmAsync(gateway, version, "delete-activation", "--activation-id", made["ActivationId"]!.GetValue<string>());
            Assert.NotNull((await AwsCli.SsmAsync(gateway, version, "describe-instance-information"))["InstanceInformationList"]);
            Assert.NotNull((await AwsCli.SsmAsync(gateway, version, "describe-sessions", "--state", "History"))["Sessions"]);
        }
    }

    private static Signature? SignatureOf(string forgery, Signature good) => forgery switch
    {
        "no signature" => null,
        "unknown key" => good with { AccessKeyId = "AKIAAAAAAAAAAAAAAAAA" },
        "wrong secret" => good with { Secret = new('s', 40) },
        "wrong region" => good with { Region = "mars-north-1" },
        "wrong service" => good with { Service = "s3" },
        "an hour old" => good with { Time = DateTimeOffset.UtcNow.AddHours(-1) },
        "an hour early" => good with { Time = DateTimeOffset.UtcNow.AddHours(1) },
        _ => good,
    };

    private static void Tamper(string forgery, HttpRequestMessage request)
    {
        switch (forgery)
        {
            case "body changed":
                var content = new ByteArrayContent("{\"MaxResults\": 50}"u8.ToArray());
                content.Headers.TryAddWithoutValidation("content-type", "application/x-amz-json-1.1");
                request.Content = content;
                break;
            case "operation changed":
                request.Headers.Remove("x-amz-target");
                request.Headers.TryAddWithoutValidation("x-amz-target", "AmazonSSM.DescribeSessions");
                break;
            case "header cut short":
                var header = request.Headers.GetValues("authorization").Single();
                request.Headers.Remove("authorization");
                request.Headers.TryAddWithoutValidation("authorization", header[..header.IndexOf("Signature=", StringComparison.Ordinal)]);
                break;
            case "garbage for a header":
                request.Headers.Remove("authorization");
                request.Headers.TryAddWithoutValidation("authorization", "Bearer let-me-in");
                break;
        }
    }

    private static async Task GoodAsync(Gateway gateway) =>
        Assert.Equal(HttpStatusCode.OK, (await gateway.Api.SendAsync(Target, Empty, gateway.Api.Administrator)).Status);
}
