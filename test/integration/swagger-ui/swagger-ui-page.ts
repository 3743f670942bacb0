import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';

const screenshots = join(import.meta.dirname, '../../../test-results/screenshots');

/** The answer to a call, as shown. */
export interface ShownAnswer {
  readonly status: string;
  readonly headers: string;
  readonly body: string;
}

/** Swagger UI in a page of a browser. */
export class SwaggerUiPage {
  /** Errors of the page and its console. */
  readonly errors: string[] = [];
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
    page.on('console', (message) => message.type() === 'error' && this.errors.push(message.text()));
    page.on('pageerror', (error) => this.errors.push(String(error)));
  }

  /** Opens that of the API at a URL. */
  async open(api: string): Promise<void> {
    await this.page.goto(`${api}/docs`);
  }

  /** Saves a picture of the page, or of a part of it. */
  async show(name: string, part: Locator = this.page.locator('body')): Promise<void> {
    mkdirSync(screenshots, { recursive: true });
    await part.screenshot({ path: join(screenshots, `${name}.png`) });
  }

  /** Sets the token of later calls. */
  async authorize(token: string): Promise<void> {
    await this.page.locator('button.authorize').first().click();
    await this.page.locator('.modal-ux input').fill(token);
    await this.page.locator('.modal-ux button.authorize').click();
    await this.page.locator('.modal-ux button.btn-done').click();
  }

  /** Opens an operation. */
  async operation(id: string): Promise<Locator> {
    const block = this.page.locator(`[id$="-${id}"]`);
    await block.locator('.opblock-summary-control').click();
    await block.locator('button.execute').waitFor();
    return block;
  }

  fill(block: Locator, parameter: string, value: string): Promise<void> {
    return block.locator(`tr[data-param-name="${parameter}"] input`).fill(value);
  }

  async select(block: Locator, parameter: string, value: string): Promise<void> {
    await block.locator(`tr[data-param-name="${parameter}"] select`).selectOption(value);
  }

  /** Executes an operation with the values of its form. */
  async execute(block: Locator): Promise<ShownAnswer> {
    // The answer to an earlier call stays until the next one has arrived.
    const clear = block.locator('button.btn-clear');
    if (await clear.isVisible()) await clear.click();
    await block.locator('button.execute').click();
    const answer = block.locator('.live-responses-table .response');
    await answer.waitFor();
    const status = await answer.locator('.response-col_status').innerText();
    return {
      status: status.trim().slice(0, 3),
      headers: (await answer.locator('.headerline').allInnerTexts()).join('\n'),
      body: await answer.locator('.highlight-code code').first().innerText(),
    };
  }
}
