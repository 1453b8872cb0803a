using Postern.Server.Iam.Policies;

namespace Postern.Tests.Iam.Policies;

public class PolicyDocumentTests
{
    private const string Fine = """{"Version":"2012-10-17","Statement":{"Sid":"A","Effect":"Allow","Action":"ssm:*","Resource":"*"}}""";

    [Fact]
    public void A_fault_is_told_with_its_place_and_path()
    {
        var fault = Refused("""
            {
              "Version": "2012-10-17",
              "Statement": [
                { "Effect": "Allow", "Action": "ssm:*", "Resource": "*" },
                { "Effect": "Alow", "Action": "ssm:*", "Resource": "*" }
              ]
            }
            """);

        Assert.Equal("Statement[1].Effect", fault.Path);
        Assert.Equal((5, 17), (fault.Line, fault.Column));
        Assert.Equal("Statement[1].Effect: Effect is Allow or Deny, not \"Alow\" (line 5, column 17)", fault.Message);
    }

    [Fact]
    public void Columns_count_characters_and_not_bytes()
        => Assert.Equal(15, Refused("""{"Id":"äöü€", "x": 1}""").Column);

    [Theory]
    [InlineData("", "empty")]
    [InlineData("[]", "a policy is an object")]
    [InlineData("""{"Version":"2012-10-17"}""", "Statement is missing")]
    [InlineData("""{"Version":"2012-10-18","Statement":[]}""", "Version is 2012-10-17")]
    [InlineData("""{"Version":20121017,"Statement":[]}""", "a string is needed here, not a number")]
    [InlineData("""{"Statement":[]}""", "Statement is empty")]
    [InlineData("""{"statement":{}}""", "no element statement; write Statement")]
    [InlineData("""{"Statement":["x"]}""", "a statement is an object, not a string")]
    public void A_document_that_is_none_is_refused(string json, string reason) => Assert.Contains(reason, Refused(json).Message);

    [Theory]
    [InlineData("\"Effect\":\"Allow\"", "\"effect\":\"Allow\"", "a statement has no element effect; write Effect")]
    [InlineData("\"Effect\":\"Allow\",", "", "Effect is missing")]
    [InlineData("\"Effect\":\"Allow\"", "\"Effect\":\"allow\"", "Effect is Allow or Deny")]
    [InlineData("\"Effect\":\"Allow\"", "\"Effect\":\"Allow\",\"Effect\":\"Deny\"", "\"Effect\" stands here twice")]
    [InlineData("\"Sid\":\"A\"", "\"Sid\":\"not this\"", "a Sid is at most")]
    [InlineData("\"Action\":\"ssm:*\"", "\"Action\":\"ssm\"", "an action is a service and an operation")]
    [InlineData("\"Action\":\"ssm:*\"", "\"Action\":\"s*:Get\"", "is no service")]
    [InlineData("\"Action\":\"ssm:*\"", "\"Action\":[]", "must contain actions")]
    [InlineData("\"Action\":\"ssm:*\"", "\"Action\":[1]", "a string is needed here, not a number")]
    [InlineData("\"Action\":\"ssm:*\"", "\"Action\":\"ssm:*\",\"NotAction\":\"ssm:*\"", "Action or NotAction, not both")]
    [InlineData("\"Action\":\"ssm:*\",", "", "Action is missing")]
    [InlineData(",\"Resource\":\"*\"", "", "Resource is missing")]
    [InlineData("\"Resource\":\"*\"", "\"Resource\":[]", "must contain resources")]
    [InlineData("\"Resource\":\"*\"", "\"Resource\":\"session/*\"", "a resource is \"*\" or an ARN")]
    [InlineData("\"Resource\":\"*\"", "\"Resource\":\"arn:aws:ssm:session/a\"", "has 4 parts and needs 6")]
    [InlineData("\"Resource\":\"*\"", "\"Resource\":\"arn:azure:ssm:::x\"", "the partition \"azure\" is not valid")]
    [InlineData("\"Resource\":\"*\"", "\"Resource\":\"arn:aws:s3:::${aws:username\"", "no closing brace")]
    [InlineData("\"Resource\":\"*\"", "\"Resource\":\"arn:aws:s3:::${user}\"", "is no policy variable")]
    [InlineData("\"Resource\":\"*\"", "\"Resource\":\"*\",\"Principal\":\"*\"", "leave Principal out")]
    [InlineData("\"Resource\":\"*\"", "\"Resource\":\"*\",\"Conditions\":{}", "no element Conditions; it has")]
    [InlineData("\"Resource\":\"*\"", "\"Resource\":\"*\",\"Condition\":{\"StringEqual\":{}}", "\"StringEqual\" is no condition operator")]
    [InlineData("\"Resource\":\"*\"", "\"Resource\":\"*\",\"Condition\":{\"NullIfExists\":{}}", "Null takes no qualifier")]
    [InlineData("\"Resource\":\"*\"", "\"Resource\":\"*\",\"Condition\":{\"StringEquals\":{\"SourceIp\":\"1\"}}", "a condition key is a prefix and a name")]
    [InlineData("\"Resource\":\"*\"", "\"Resource\":\"*\",\"Condition\":{\"StringEquals\":{\"aws:a\":\"1\",\"AWS:A\":\"2\"}}", "twice, in different case")]
    [InlineData("\"Resource\":\"*\"", "\"Resource\":\"*\",\"Condition\":{\"StringEquals\":{\"postern:RemoteHots\":\"1\"}}", "is no condition key; there are postern:RemoteHost")]
    [InlineData("\"Resource\":\"*\"", "\"Resource\":\"*\",\"Condition\":{\"StringEquals\":{\"aws:a\":{}}}", "a value is a string, number or Boolean")]
    [InlineData("\"Resource\":\"*\"", "\"Resource\":\"*\",\"Condition\":{\"NumericEquals\":{\"aws:a\":\"1e999\"}}", "compares with a number")]
    [InlineData("\"Resource\":\"*\"", "\"Resource\":\"*\",\"Condition\":{\"NumericEquals\":{\"aws:a\":\"${aws:b}\"}}", "policy variables stand in String and Arn operators only")]
    [InlineData("\"Resource\":\"*\"", "\"Resource\":\"*\",\"Condition\":{\"IpAddress\":{\"aws:SourceIp\":\"10.0.0.0/33\"}}", "compares with an address")]
    [InlineData("\"Resource\":\"*\"", "\"Resource\":\"*\",\"Condition\":{\"Bool\":{\"aws:a\":\"yes\"}}", "compares with true or false")]
    [InlineData("\"Resource\":\"*\"", "\"Resource\":\"*\",\"Condition\":{\"DateLessThan\":{\"aws:a\":\"tomorrow\"}}", "compares with a date")]
    [InlineData("\"Resource\":\"*\"", "\"Resource\":\"*\",\"Condition\":{\"ArnLike\":{\"aws:a\":\"arn:aws:iam::1\"}}", "is no ARN")]
    public void A_faulty_statement_is_refused_with_the_reason(string fine, string faulty, string reason)
        => Assert.Contains(reason, Refused(Fine.Replace(fine, faulty)).Message);

    [Theory]
    [InlineData("{ // nothing\n}", "not valid JSON")]
    [InlineData("""{"Statement":[{},]}""", "not valid JSON")]
    [InlineData("""{"Statement":{}} {}""", "not valid JSON")]
    [InlineData("""{"Statement":""", "not valid JSON")]
    [InlineData("\uFEFF{}", "byte order mark")]
    [InlineData("{\"Id\":\"\\uD800\"}", "half of a surrogate pair")]
    [InlineData("{\"Id\":\"\\uFFFF\"}", "no characters")]
    public void Json_is_read_strictly(string json, string reason) => Assert.Contains(reason, Refused(json).Message);

    [Fact]
    public void Half_a_character_is_refused() => Assert.Contains("half of a surrogate pair", Refused("{\"Id\":\"" + '\uD800' + "\"}").Message);

    [Fact]
    public void Deep_nesting_is_refused_before_it_is_followed() => Assert.Contains("not valid JSON", Refused(new string('[', 100_000)).Message);

    [Fact]
    public void A_long_document_is_refused_before_it_is_read()
        => Assert.Contains("the most allowed is 131072", Refused(new string(' ', PolicyLimits.DocumentLength) + Fine).Message);

    [Fact]
    public void Two_statements_cannot_have_one_sid()
        => Assert.Contains("Sids in a policy must be unique", Refused(
            """{"Statement":[{"Sid":"A","Effect":"Allow","Action":"a:b","Resource":"*"},{"Sid":"A","Effect":"Deny","Action":"a:b","Resource":"*"}]}""").Message);

    [Theory]
    [InlineData("""{"Effect":"Allow","Action":"sts:AssumeRole"}""", "Principal is missing")]
    [InlineData("""{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}""", "no resource but its role")]
    [InlineData("""{"Effect":"Allow","Principal":"*","Action":"ssm:StartSession"}""", "actions of sts only")]
    [InlineData("""{"Effect":"Allow","Principal":{},"Action":"sts:AssumeRole"}""", "the principal is empty")]
    [InlineData("""{"Effect":"Allow","Principal":{"Users":"*"},"Action":"sts:AssumeRole"}""", "Principal has no element Users")]
    [InlineData("""{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/*"},"Action":"sts:AssumeRole"}""", "is no principal")]
    [InlineData("""{"Effect":"Allow","Principal":{"Service":"*"},"Action":"sts:AssumeRole"}""", "is no service principal")]
    [InlineData("""{"Effect":"Deny","NotPrincipal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}""", "cannot have NotPrincipal")]
    public void A_faulty_trust_policy_is_refused(string statement, string reason)
        => Assert.Contains(reason, Assert.Throws<PolicyException>(() => PolicyDocument.Parse($$"""{"Version":"2012-10-17","Statement":{{statement}}}""", PolicyUse.Trust)).Message);

    [Fact]
    public void Statements_keep_their_order_and_names()
    {
        var document = PolicyDocument.Parse(
            """{"Statement":[{"Sid":"","Effect":"Allow","Action":"a:b","Resource":"*"},{"Sid":"B","Effect":"Deny","NotAction":["a:b"],"NotResource":["arn:aws:s3:::x"],"Condition":{}}]}""", PolicyUse.Identity);

        Assert.Equal(PolicyDocument.FirstVersion, document.Version);
        Assert.Equal([(0, null, Effect.Allow), (1, "B", Effect.Deny)], document.Statements.Select(statement => (statement.Index, statement.Sid, statement.Effect)));
    }

    private static PolicyException Refused(string json) => Assert.Throws<PolicyException>(() => PolicyDocument.Parse(json, PolicyUse.Identity));
}
