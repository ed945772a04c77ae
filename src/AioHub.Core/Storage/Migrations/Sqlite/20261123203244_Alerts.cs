using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AioHub.Core.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Alerts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_alerts_Owner_OwnerId_Kind",
                table: "alerts");

            migrationBuilder.DropIndex(
                name: "IX_alerts_Owner_OwnerId_Period_Window_LimitNano_Kind",
                table: "alerts");

            migrationBuilder.AddColumn<string>(
                name: "Facts",
                table: "alerts",
                type: "TEXT",
                nullable: false,
                defaultValue: "{}");

            migrationBuilder.AddColumn<string>(
                name: "Mark",
                table: "alerts",
                type: "TEXT",
                maxLength: 200,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<long>(
                name: "UserId",
                table: "alerts",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "alert_targets",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Name = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    Type = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    Address = table.Column<string>(type: "TEXT", maxLength: 2048, nullable: false),
                    Kinds = table.Column<string>(type: "TEXT", nullable: false),
                    Locale = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    AllowPrivateNetwork = table.Column<bool>(type: "INTEGER", nullable: false),
                    Enabled = table.Column<bool>(type: "INTEGER", nullable: false),
                    SealedSecret = table.Column<string>(type: "TEXT", maxLength: 512, nullable: true),
                    SealedFormerSecret = table.Column<string>(type: "TEXT", maxLength: 512, nullable: true),
                    FormerSecretUntil = table.Column<DateTime>(type: "TEXT", nullable: true),
                    CreatedAt = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_alert_targets", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "alert_wishes",
                columns: table => new
                {
                    UserId = table.Column<long>(type: "INTEGER", nullable: false),
                    ByEmail = table.Column<bool>(type: "INTEGER", nullable: false),
                    BalanceNano = table.Column<long>(type: "INTEGER", nullable: true),
                    KeyBudgets = table.Column<bool>(type: "INTEGER", nullable: false),
                    KeysExpiring = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_alert_wishes", x => x.UserId);
                    table.ForeignKey(
                        name: "FK_alert_wishes_users_UserId",
                        column: x => x.UserId,
                        principalTable: "users",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "alert_deliveries",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    AlertId = table.Column<long>(type: "INTEGER", nullable: false),
                    TargetId = table.Column<long>(type: "INTEGER", nullable: true),
                    UserId = table.Column<long>(type: "INTEGER", nullable: true),
                    Event = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    Message = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    State = table.Column<int>(type: "INTEGER", nullable: false),
                    Attempts = table.Column<int>(type: "INTEGER", nullable: false),
                    CreatedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    NextAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    DoneAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    Status = table.Column<int>(type: "INTEGER", nullable: true),
                    Answer = table.Column<string>(type: "TEXT", maxLength: 2000, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_alert_deliveries", x => x.Id);
                    table.ForeignKey(
                        name: "FK_alert_deliveries_alert_targets_TargetId",
                        column: x => x.TargetId,
                        principalTable: "alert_targets",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_alert_deliveries_alerts_AlertId",
                        column: x => x.AlertId,
                        principalTable: "alerts",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_alert_deliveries_users_UserId",
                        column: x => x.UserId,
                        principalTable: "users",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_alerts_Owner_OwnerId_Kind_Mark",
                table: "alerts",
                columns: new[] { "Owner", "OwnerId", "Kind", "Mark" },
                unique: true,
                filter: "\"Period\" = 0 AND \"EndedAt\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_alerts_Owner_OwnerId_Period_Window_LimitNano_Kind_Mark",
                table: "alerts",
                columns: new[] { "Owner", "OwnerId", "Period", "Window", "LimitNano", "Kind", "Mark" },
                unique: true,
                filter: "\"Period\" <> 0");

            migrationBuilder.CreateIndex(
                name: "IX_alerts_UserId_Id",
                table: "alerts",
                columns: new[] { "UserId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_alert_deliveries_AlertId",
                table: "alert_deliveries",
                column: "AlertId");

            migrationBuilder.CreateIndex(
                name: "IX_alert_deliveries_State_NextAt",
                table: "alert_deliveries",
                columns: new[] { "State", "NextAt" });

            migrationBuilder.CreateIndex(
                name: "IX_alert_deliveries_TargetId",
                table: "alert_deliveries",
                column: "TargetId");

            migrationBuilder.CreateIndex(
                name: "IX_alert_deliveries_UserId",
                table: "alert_deliveries",
                column: "UserId");

            migrationBuilder.CreateIndex(
                name: "IX_alert_targets_Name",
                table: "alert_targets",
                column: "Name",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "alert_deliveries");

            migrationBuilder.DropTable(
                name: "alert_wishes");

            migrationBuilder.DropTable(
                name: "alert_targets");

            migrationBuilder.DropIndex(
                name: "IX_alerts_Owner_OwnerId_Kind_Mark",
                table: "alerts");

            migrationBuilder.DropIndex(
                name: "IX_alerts_Owner_OwnerId_Period_Window_LimitNano_Kind_Mark",
                table: "alerts");

            migrationBuilder.DropIndex(
                name: "IX_alerts_UserId_Id",
                table: "alerts");

            migrationBuilder.DropColumn(
                name: "Facts",
                table: "alerts");

            migrationBuilder.DropColumn(
                name: "Mark",
                table: "alerts");

            migrationBuilder.DropColumn(
                name: "UserId",
                table: "alerts");

            migrationBuilder.CreateIndex(
                name: "IX_alerts_Owner_OwnerId_Kind",
                table: "alerts",
                columns: new[] { "Owner", "OwnerId", "Kind" },
                unique: true,
                filter: "\"Period\" = 0 AND \"EndedAt\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_alerts_Owner_OwnerId_Period_Window_LimitNano_Kind",
                table: "alerts",
                columns: new[] { "Owner", "OwnerId", "Period", "Window", "LimitNano", "Kind" },
                unique: true,
                filter: "\"Period\" <> 0");
        }
    }
}
