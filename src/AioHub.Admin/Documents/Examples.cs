using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace AioHub.Admin.Documents;

/// <summary>Examples of the forms that people look up first, by the form's name.</summary>
internal static class Examples
{
    private static readonly Dictionary<string, string> ByName = new(StringComparer.Ordinal)
    {
        ["PasswordRequest"] = """{"email":"ann@example.com","password":"correct horse battery"}""",
        ["CodeRequest"] = """{"code":"492039"}""",
        ["LinkRequest"] = """{"token":"4fGk0…"}""",
        ["SetUpRequest"] = """{"email":"ann@example.com","password":"correct horse battery","name":"Ann"}""",
        ["SignUpRequest"] = """{"email":"bo@example.com","password":"staple of the hub","name":"Bo","invitation":"9hTz2…"}""",
        ["ProfileRequest"] = """{"locale":"zh-CN","theme":"dark"}""",
        ["NewPasswordRequest"] = """{"current":"correct horse battery","new":"a better horse battery"}""",
        ["TokenRequest"] = """{"name":"ci","scopes":["me:read","admin:read"],"expires_at":"2027-01-01T00:00:00Z"}""",
        ["NewKeyRequest"] = """{"name":"laptop","groups":["anthropic","claude-bedrock"],"limits":{"usd_per_day":5,"rpm":60}}""",
        ["KeyChangeRequest"] = """{"groups":["auto"],"expires_at":null}""",
        ["NewUserRequest"] = """{"email":"bo@example.com","tags":["research"],"limits":{"usd_per_month":50}}""",
        ["UserChangeRequest"] = """{"enabled":false}""",
        ["InvitationRequest"] = """{"email":"bo@example.com"}""",
        ["SessionReply"] = """{"signed_in":true,"user":{"id":1,"email":"ann@example.com","name":"Ann","role":"owner","totp":false,"has_password":true},"sign_up":"invite","providers":[],"passkeys":true,"version":"0.1.0"}""",
        ["KeyReply"] = """{"id":7,"name":"laptop","last_four":"x9Qz","groups":["auto"],"cross_group_failover":true,"models":[],"limits":{"rpm":60},"enabled":true,"created_at":"2026-11-23T17:00:00Z"}""",
        ["UserItem"] = """{"id":3,"email":"bo@example.com","role":"user","tags":["research"],"enabled":true,"multiplier":1,"limits":{},"has_password":true,"totp":false,"created_at":"2026-11-23T17:00:00Z"}""",
        ["AlertReply"] = """{"id":12,"kind":"channel_failing","state":"open","owner":"channel","owner_id":3,"name":"openai","title":"Channel openai is failing","text":"62 % of 180 attempts failed in the last 5 minutes.","facts":{"share":"0.62","calls":"180","minutes":"5"},"opened_at":"2026-11-23T17:00:00Z"}""",
        ["RuleRequest"] = """{"enabled":true,"numbers":{"share":0.4,"minutes":10}}""",
        ["NewTargetRequest"] = """{"name":"on-call","type":"webhook","address":"https://example.com/hooks/aiohub","kinds":["channel_failing","spend_anomaly"]}""",
        ["TargetReply"] = """{"id":2,"name":"on-call","type":"webhook","address":"https://example.com/hooks/aiohub","kinds":["channel_failing"],"locale":"en","allow_private_network":false,"enabled":true,"created_at":"2026-11-23T17:00:00Z"}""",
        ["WishesRequest"] = """{"by_email":true,"low_balance_usd":5}""",
        ["HubSettingsRequest"] = """{"sign_up":"open","public_address":"https://hub.example.com","mail":{"host":"smtp.example.com","port":587,"security":"start_tls","user":"hub","password":"…","from":"hub@example.com"}}""",
        ["AuditLine"] = """{"id":42,"at":"2026-11-23T17:00:00Z","actor":"ann@example.com","actor_id":1,"how":"session","action":"changed","subject":"key laptop of bo@example.com","subject_id":7,"changes":[{"field":"enabled","before":"true","after":"false"}],"address":"192.0.2.7"}""",
    };

    public static void AddTo(OpenApiDocument document)
    {
        foreach (var (name, schema) in document.Components?.Schemas ?? new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal))
        {
            if (ByName.TryGetValue(name, out var example) && schema is OpenApiSchema own)
            {
                own.Examples = [JsonNode.Parse(example)!];
            }
        }
    }
}
